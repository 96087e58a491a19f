// Everybody who takes part in the visit, and where they are.
import { ActionIcon, Modal, Tooltip } from "@mantine/core";
import { IconDevices, IconMicrophoneOff, IconUserMinus, IconVideoOff } from "@tabler/icons-react";
import { useState } from "react";
import { Confirm } from "../../parts/Confirm";
import { Tag, type Tone } from "../../parts/Bits";
import { CopyLink } from "../../parts/CopyLink";
import { useCommand } from "../../parts/api";
import { initials } from "../../parts/format";
import { text } from "../../strings/en";
import type { CallView, EncounterView, ParticipantView, PeerView } from "../../types";
import classes from "./Call.module.css";

const words = text.call;

export function People({ visit, call }: { visit: EncounterView; call: CallView | null }) {
  const [removing, setRemoving] = useState<ParticipantView | null>(null);
  const [renewing, setRenewing] = useState(false);
  const remove = useCommand("participant.remove", { onDone: () => setRemoving(null) });
  const link = useCommand("encounter.link");
  const canInvite = visit.allowed.includes("invite");
  return (
    <>
      <ul className={classes.people}>
        {visit.participants.map((person) => {
          const peer = call?.peers.find((one) => one.participant === person.id) ?? null;
          const state = person.me && call ? { words: words.inCall, tone: "good" as const } : whereabouts(person, peer);
          return (
            <li key={person.id} data-testid="person">
              <span className={classes.personMark} aria-hidden="true">
                {initials(person.name)}
              </span>
              <div>
                <b>{person.name}</b>
                <small>{person.me ? words.you : words.roles[person.role]}</small>
              </div>
              {peer && !peer.microphone && <IconMicrophoneOff size={16} aria-label={words.micOff} />}
              {peer && !peer.camera && <IconVideoOff size={16} aria-label={words.camOff} />}
              <Tag tone={state.tone}>{state.words}</Tag>
              {canInvite && person.role === "patient" && !peer && (
                <CopyLink
                  label={text.queue.copyLink}
                  fetch={async () => (await link.run({ encounter: visit.id, renew: false }))?.url ?? null}
                />
              )}
              {canInvite && person.role === "patient" && !peer && (
                <Tooltip label={words.newLink}>
                  <ActionIcon aria-label={words.newLink} onClick={() => setRenewing(true)}>
                    <IconDevices size={17} />
                  </ActionIcon>
                </Tooltip>
              )}
              {canInvite && !person.me && person.role !== "patient" && person.state.is !== "removed" && (
                <Tooltip label={words.remove(person.name)}>
                  <ActionIcon aria-label={words.remove(person.name)} onClick={() => setRemoving(person)}>
                    <IconUserMinus size={17} />
                  </ActionIcon>
                </Tooltip>
              )}
            </li>
          );
        })}
      </ul>
      <Confirm
        opened={removing !== null}
        onClose={() => setRemoving(null)}
        title={removing ? words.removeTitle(removing.name) : ""}
        action={words.removeDo}
        danger
        busy={remove.busy}
        onConfirm={() => removing && void remove.run({ participant: removing.id })}
      >
        {words.removeText}
      </Confirm>
      <Modal
        opened={renewing}
        onClose={() => setRenewing(false)}
        title={words.newLink}
        closeButtonProps={{ "aria-label": text.common.close }}
      >
        <p>{words.newLinkText}</p>
        <CopyLink
          label={words.newLinkDo}
          variant="filled"
          fetch={async () => (await link.run({ encounter: visit.id, renew: true }))?.url ?? null}
        />
      </Modal>
    </>
  );
}

function whereabouts(person: ParticipantView, peer: PeerView | null): { words: string; tone: Tone } {
  if (peer?.link === "connected") return { words: words.inCall, tone: "good" };
  if (peer?.link === "reconnecting") return { words: words.connecting, tone: "warn" };
  switch (person.state.is) {
    case "removed":
      return { words: words.removed, tone: "plain" };
    case "declined":
      return { words: words.declined, tone: "plain" };
    case "left":
      return { words: words.leftState, tone: "plain" };
    case "invited":
      return { words: words.invited, tone: "plain" };
    case "joined":
      return person.presence === "online" ? { words: words.here, tone: "info" } : { words: words.away, tone: "warn" };
  }
}
