// A question before something that cannot be taken back.
import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { text } from "../strings/en";
import classes from "./Confirm.module.css";

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  action: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  size?: number | string;
  onConfirm: () => void;
  children?: ReactNode;
}

export function Confirm({ opened, onClose, title, action, danger = false, busy = false, disabled = false, size = 440, onConfirm, children }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size={size} closeButtonProps={{ "aria-label": text.common.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <div className={classes.body}>{children}</div>
        <div className={classes.actions}>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" variant="filled" color={danger ? "red.9" : undefined} loading={busy} disabled={disabled} data-autofocus>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
