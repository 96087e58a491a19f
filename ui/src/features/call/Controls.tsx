// The controls under the picture, always in the tab order and always in the same place.
import { Tooltip } from "@mantine/core";
import {
  IconAntennaBars2,
  IconAntennaBars3,
  IconAntennaBars5,
  IconCamera,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconUserPlus,
  IconVideo,
  IconVideoOff,
} from "@tabler/icons-react";
import { type ReactNode, useRef, useState } from "react";
import { hangUpSafely } from "../../parts/HangUp";
import { useCommand } from "../../parts/api";
import { ariaKeys, keyCaps, type ShortcutId, useShortcut } from "../../parts/shortcuts";
import { text } from "../../strings/en";
import type { CallView, EncounterView } from "../../types";
import classes from "./Call.module.css";
import { Invite } from "./Invite";
import { QualityPopover, worstQuality } from "./QualityPopover";
import { SnapshotDialog, useSnapshot } from "./SnapshotDialog";

const words = text.call;

export function Controls({ call, visit }: { call: CallView; visit: EncounterView }) {
  const bar = useRef<HTMLDivElement>(null);
  const [inviting, setInviting] = useState(false);
  const microphone = useCommand("call.set_microphone");
  const camera = useCommand("call.set_camera");
  const hold = useCommand("call.set_hold");
  const snapshot = useSnapshot(call);
  const canSnapshot = visit.allowed.includes("take_snapshot");
  useShortcut("focusCall", () => bar.current?.querySelector("button")?.focus());
  useShortcut("snapshot", () => void snapshot.take(), canSnapshot);
  const quality = worstQuality(call);
  const Bars = { good: IconAntennaBars5, fair: IconAntennaBars3, poor: IconAntennaBars2, unknown: IconAntennaBars3 }[quality];

  return (
    <div ref={bar} className={classes.controls} role="toolbar" aria-label={words.controls} data-testid="call-controls">
      <Control
        label={words.mic}
        keys="microphone"
        pressed={call.microphone}
        off={!call.microphone}
        onClick={() => void microphone.run({ on: !call.microphone })}
        icon={call.microphone ? <IconMicrophone size={20} /> : <IconMicrophoneOff size={20} />}
        level={call.microphone ? call.microphone_level : 0}
      />
      <Control
        label={words.camera}
        keys="camera"
        pressed={call.camera}
        off={!call.camera}
        onClick={() => void camera.run({ on: !call.camera })}
        icon={call.camera ? <IconVideo size={20} /> : <IconVideoOff size={20} />}
      />
      <Control
        label={words.hold}
        hint={call.hold ? words.resume : undefined}
        pressed={call.hold}
        on={call.hold}
        onClick={() => void hold.run({ on: !call.hold })}
        icon={call.hold ? <IconPlayerPlay size={20} /> : <IconPlayerPause size={20} />}
      />
      {canSnapshot && (
        <Control label={words.snapshot} keys="snapshot" onClick={() => void snapshot.take()} icon={<IconCamera size={20} />} testId="snapshot" />
      )}
      {visit.allowed.includes("invite") && (
        <Control label={words.invite} onClick={() => setInviting(true)} icon={<IconUserPlus size={20} />} />
      )}
      <QualityPopover call={call}>
        <button type="button" className={classes.control} data-quality={quality} data-testid="quality">
          <Bars size={20} aria-hidden="true" />
          <span className="hidden-visually">{words.quality}: </span>
          <span>{words.qualities[quality]}</span>
        </button>
      </QualityPopover>
      <Tooltip label={`${words.hangUp}  ${keyCaps("hangUp").join(" ")}`}>
        <button type="button" className={classes.hangUp} onClick={hangUpSafely} aria-keyshortcuts={ariaKeys("hangUp")} data-testid="hang-up">
          <IconPhoneOff size={20} aria-hidden="true" />
          <span>{words.hangUp}</span>
        </button>
      </Tooltip>
      <Invite visit={visit} opened={inviting} onClose={() => setInviting(false)} />
      <SnapshotDialog encounter={visit.id} snapshot={snapshot} />
    </div>
  );
}

interface ControlProps {
  label: string;
  /** What pressing does now, where the name does not say it. */
  hint?: string;
  icon: ReactNode;
  onClick: () => void;
  keys?: ShortcutId;
  pressed?: boolean;
  off?: boolean;
  on?: boolean;
  level?: number;
  testId?: string;
}

/** A toggle keeps its name; whether it is on is its pressed state, its sign and its colour. */
function Control({ label, hint = label, icon, onClick, keys, pressed, off, on, level, testId }: ControlProps) {
  return (
    <Tooltip label={keys ? `${hint}  ${keyCaps(keys).join(" ")}` : hint}>
      <button
        type="button"
        className={classes.control}
        aria-pressed={pressed}
        aria-keyshortcuts={keys && ariaKeys(keys)}
        data-off={off || undefined}
        data-on={on || undefined}
        data-testid={testId}
        onClick={onClick}
      >
        {icon}
        <span>{label}</span>
        {level !== undefined && <i className={classes.level} style={{ transform: `scaleX(${Math.min(1, level * 1.6)})` }} />}
      </button>
    </Tooltip>
  );
}
