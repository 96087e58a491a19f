// Taking a snapshot: the picture is frozen when the button is pressed, and only kept once the patient has agreed.
import { Checkbox } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { host } from "#host";
import { Confirm } from "../../parts/Confirm";
import { PictureCanvas } from "../../parts/PictureCanvas";
import { showFailure } from "../../parts/api";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { CallView } from "../../types";
import type { Captured } from "../../video/player";
import { playerOf } from "../../video/registry";

const words = text.snapshot;

export interface TakenSnapshot {
  taken: (Captured & { bytes: ArrayBuffer }) | null;
  take: () => Promise<void>;
  drop: () => void;
}

export function useSnapshot(call: CallView): TakenSnapshot {
  const [taken, setTaken] = useState<TakenSnapshot["taken"]>(null);
  const take = async () => {
    const peer = call.peers.find((one) => one.role === "patient" && one.stream !== null) ?? call.peers.find((one) => one.stream !== null);
    const captured = peer?.stream ? await playerOf(peer.stream).capture() : null;
    if (captured) setTaken({ ...captured, bytes: await captured.png.arrayBuffer() });
    else notifications.show({ message: words.none, color: "yellow" });
  };
  return { taken, take, drop: () => setTaken(null) };
}

export function SnapshotDialog({ encounter, snapshot }: { encounter: string; snapshot: TakenSnapshot }) {
  const { taken, drop } = snapshot;
  return taken && <Dialog key={taken.bytes.byteLength} encounter={encounter} taken={taken} drop={drop} />;
}

function Dialog({ encounter, taken, drop }: { encounter: string; taken: NonNullable<TakenSnapshot["taken"]>; drop: () => void }) {
  const [agreed, setAgreed] = useState(false);
  const [busy, setBusy] = useState(false);
  const keep = async () => {
    setBusy(true);
    try {
      await host.keepSnapshot(new Uint8Array(taken.bytes), { encounter });
      report(words.kept);
      drop();
    } catch (thrown) {
      // The picture stays in the dialog, to be tried again.
      showFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Confirm opened onClose={drop} title={words.title} action={words.keep} size={640} busy={busy} disabled={!agreed} onConfirm={() => void keep()}>
      <PictureCanvas bytes={taken.bytes} mediaType="image/png" label={words.title} />
      <span style={{ color: "var(--text-2)", fontSize: 12 }}>{words.size(taken.width, taken.height)}</span>
      <Checkbox label={words.agree} checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} />
    </Confirm>
  );
}
