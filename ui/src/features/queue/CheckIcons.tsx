// The patient's device check in four signs, and in words for the tooltip and for people who listen.
import { Tooltip } from "@mantine/core";
import {
  IconMicrophone,
  IconMicrophoneOff,
  IconVideo,
  IconVideoOff,
  IconVolume,
  IconVolumeOff,
  IconWifi,
  IconWifi2,
  IconWifiOff,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { text } from "../../strings/en";
import type { CheckOutcome, DeviceCheck } from "../../types";
import classes from "./Queue.module.css";

type Icon = ComponentType<{ size?: number; stroke?: number }>;
type Part = keyof typeof text.queue.checkParts;

const icons: Record<Part, { fine: Icon; weak: Icon; bad: Icon }> = {
  camera: { fine: IconVideo, weak: IconVideo, bad: IconVideoOff },
  microphone: { fine: IconMicrophone, weak: IconMicrophone, bad: IconMicrophoneOff },
  speaker: { fine: IconVolume, weak: IconVolume, bad: IconVolumeOff },
  network: { fine: IconWifi, weak: IconWifi2, bad: IconWifiOff },
};
const parts = Object.keys(icons) as Part[];

function look(part: Part, outcome: CheckOutcome): Icon {
  if (outcome === "good") return icons[part].fine;
  return outcome === "poor" ? icons[part].weak : icons[part].bad;
}

export function checkWords(check: DeviceCheck): string {
  return parts.map((part) => `${text.queue.checkParts[part]} ${text.queue.outcomes[check[part]]}`).join(", ");
}

/** The one thing of a check that needs a word beside its sign. */
function trouble(check: DeviceCheck): string | null {
  const bad = parts.find((part) => check[part] === "failed" || check[part] === "blocked") ?? parts.find((part) => check[part] === "poor");
  if (bad) return `${text.queue.checkParts[bad]} ${text.queue.outcomes[check[bad]]}`;
  return parts.some((part) => check[part] === "skipped") ? text.queue.partlyTried : null;
}

export function CheckIcons({ check }: { check: DeviceCheck | null }) {
  if (!check) return <span className={classes.faint}>{text.queue.noCheck}</span>;
  const words = checkWords(check);
  return (
    <Tooltip label={words}>
      <span className={classes.check} role="img" aria-label={words}>
        <span>
          {parts.map((part) => {
            const Icon = look(part, check[part]);
            return (
              <span key={part} data-outcome={check[part]}>
                <Icon size={16} stroke={1.7} />
              </span>
            );
          })}
        </span>
        <small>{trouble(check) ?? text.queue.allGood}</small>
      </span>
    </Tooltip>
  );
}
