// A screen that fails takes neither the call nor the rest of the console with it.
import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Component, type ReactNode } from "react";
import { text } from "../strings/en";
import { Empty } from "./Bits";

export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert" style={{ height: "100%" }}>
        <Empty
          icon={<IconAlertTriangle size={26} stroke={1.6} />}
          title={text.shell.broken}
          action={<Button onClick={() => this.setState({ failed: false })}>{text.shell.brokenAgain}</Button>}
        >
          {text.shell.brokenText}
        </Empty>
      </div>
    );
  }
}
