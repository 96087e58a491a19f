// The chat of the running call.
import { ActionIcon, TextInput } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef } from "react";
import { useCommand } from "../../parts/api";
import { clockTime } from "../../parts/format";
import { useKeptText } from "../../parts/kept-text";
import { text } from "../../strings/en";
import type { CallView } from "../../types";
import classes from "./Call.module.css";

const words = text.call;

export function Chat({ call }: { call: CallView | null }) {
  const [draft, setDraft] = useKeptText(`chat:${call?.encounter ?? ""}`);
  const end = useRef<HTMLLIElement>(null);
  const send = useCommand("call.send_chat");
  const count = call?.chat.length ?? 0;
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [count]);
  if (!call) return <p className={classes.quiet}>{words.chatOff}</p>;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = draft.trim();
    if (said === "") return;
    // The words leave the field only once they are sent.
    void send.run({ text: said }).then((done) => done && setDraft(""));
  };
  return (
    <div className={classes.chat}>
      <ol>
        {call.chat.length === 0 && <li className={classes.quiet}>{words.chatEmpty}</li>}
        {call.chat.map((line) => (
          <li key={line.id} data-own={line.from === null || undefined} data-testid="chat-line">
            <header>
              <b>{line.from === null ? text.common.you : line.name}</b> <time className="num">{clockTime(line.at)}</time>
            </header>
            <p>{line.text}</p>
            {!line.delivered && <small data-testid="chat-undelivered">{words.chatUndelivered}</small>}
          </li>
        ))}
        <li ref={end} aria-hidden="true" />
      </ol>
      <form onSubmit={submit}>
        <TextInput
          aria-label={words.chatLabel}
          placeholder={words.chatPlaceholder}
          value={draft}
          maxLength={2000}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
        <ActionIcon type="submit" size={36} aria-label={words.chatSend} disabled={draft.trim() === ""} loading={send.busy}>
          <IconSend2 size={19} />
        </ActionIcon>
      </form>
    </div>
  );
}
