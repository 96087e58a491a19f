// The store cannot be opened: what happened, what was kept, what to do.
import { Button, CopyButton } from "@mantine/core";
import { IconDatabaseX, IconFolder } from "@tabler/icons-react";
import { text } from "../strings/en";
import { FrontPage } from "./FrontPage";
import classes from "./FrontPage.module.css";

const words = text.trouble;

interface Props {
  title: string;
  message: string;
  steps: readonly string[];
  folder: string | null;
  onRetry: () => void;
}

export function TroubleView({ title, message, steps, folder, onRetry }: Props) {
  return (
    <FrontPage wide>
      <div role="alert">
        <IconDatabaseX size={30} stroke={1.6} color="var(--bad-text)" aria-hidden="true" />
        <h1>{title}</h1>
        <p style={{ margin: "6px 0 0" }}>{message}</p>
      </div>
      {steps.length > 0 && (
        <ol className={classes.steps}>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {folder && (
        <div className={classes.folder}>
          <IconFolder size={16} aria-hidden="true" />
          <span style={{ flex: 1 }} aria-label={words.folder}>
            {folder}
          </span>
          <CopyButton value={folder}>
            {({ copied, copy }) => (
              <Button size="xs" onClick={copy}>
                {copied ? text.common.copied : text.common.copy}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
      <div className={classes.row}>
        <Button variant="filled" onClick={onRetry}>
          {words.retry}
        </Button>
      </div>
    </FrontPage>
  );
}
