// What stands beside the patient's name in a visit: state, time, consent, layout, and how it ends.
import { ActionIcon, Button, Menu, SegmentedControl, Tooltip } from "@mantine/core";
import {
  IconArmchair,
  IconCheck,
  IconChevronDown,
  IconClipboardCheck,
  IconClock,
  IconDots,
  IconIdBadge2,
  IconPhoneCheck,
  IconPlayerPause,
  IconShieldCheck,
  IconShieldX,
  IconVideo,
  IconVolume,
} from "@tabler/icons-react";
import { useState } from "react";
import { useAdmit } from "../../parts/admit";
import { useCommand } from "../../parts/api";
import { Tag } from "../../parts/Bits";
import { useCallPart } from "../../parts/call-state";
import { useNow } from "../../parts/clock";
import { Confirm } from "../../parts/Confirm";
import { clockTime, duration } from "../../parts/format";
import { PriorityTag, stateTone, stateWord } from "../../parts/people";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { Allowed, CancelReason, EncounterView, Outcome } from "../../types";
import { EndDialogs, type Ending } from "./EndDialogs";
import type { Layout } from "./layouts";
import classes from "./Visit.module.css";

const words = text.visit;

interface Props {
  visit: EncounterView;
  layout: Layout | null;
  onLayout: (layout: Layout) => void;
}

export function VisitBar({ visit, layout, onLayout }: Props) {
  const [ending, setEnding] = useState<Ending | null>(null);
  const { admit, busy } = useAdmit();
  const can = (what: Allowed) => visit.allowed.includes(what);
  return (
    <>
      <Facts visit={visit} />
      <SegmentedControl
        size="xs"
        aria-label={words.layouts}
        value={layout ?? ""}
        onChange={(value) => onLayout(value as Layout)}
        data={(["talk", "write", "examine"] as const).map((value) => ({ value, label: words[value] }))}
      />
      {can("admit") && (
        <Button
          size="xs"
          variant="filled"
          loading={busy}
          onClick={() => void admit(visit.id, visit.version, visit.patient.name)}
          data-testid="admit"
        >
          {visit.state.is === "on_leave" ? words.resume : words.admit}
        </Button>
      )}
      <FinishMenu visit={visit} onEnd={setEnding} />
      <More visit={visit} onEnd={setEnding} />
      <EndDialogs visit={visit} ending={ending} onClose={() => setEnding(null)} />
    </>
  );
}

function Facts({ visit }: { visit: EncounterView }) {
  return (
    <div className={classes.facts}>
      {visit.priority !== "routine" && <PriorityTag priority={visit.priority} />}
      <Tag tone={stateTone(visit.state)}>{stateWord(visit.state)}</Tag>
      <Modality visit={visit} />
      <VisitTime visit={visit} />
      <Consent visit={visit} />
      {visit.identity && (
        <Tooltip label={words.identityDone(clockTime(visit.identity.at))}>
          <span>
            <Tag tone="good" icon={<IconIdBadge2 />} soft={false}>
              {words.identity}
            </Tag>
          </span>
        </Tooltip>
      )}
    </div>
  );
}

function Modality({ visit }: { visit: EncounterView }) {
  const modality = useCallPart((call) => {
    if (call?.encounter !== visit.id) return "none" as const;
    return call.camera || call.peers.some((peer) => peer.camera) ? ("video" as const) : ("audio" as const);
  });
  if (modality === "none") return null;
  return (
    <Tag icon={modality === "video" ? <IconVideo /> : <IconVolume />} soft={false}>
      {words.modality[modality]}
    </Tag>
  );
}

function VisitTime({ visit }: { visit: EncounterView }) {
  const now = useNow();
  const { state } = visit;
  // Who was sent back is not being seen now.
  const from = "started_at" in state && state.is !== "triaged" ? state.started_at : null;
  if (!from) return null;
  const to = state.is === "finished" ? Date.parse(state.finished_at) : now;
  return (
    <Tooltip label={words.visitTime}>
      <span data-testid="visit-time">
        <Tag icon={<IconClock />} soft={false}>
          <span className="hidden-visually">{words.visitTime} </span>
          <span className="num">{duration(to - Date.parse(from))}</span>
        </Tag>
      </span>
    </Tooltip>
  );
}

function Consent({ visit }: { visit: EncounterView }) {
  if (visit.state.is === "planned") return null;
  if (!visit.consent) {
    return (
      <Tag tone="warn" icon={<IconShieldX />} soft={false}>
        {words.consentMissing}
      </Tag>
    );
  }
  return visit.consent.given ? (
    <Tag tone="good" icon={<IconShieldCheck />} soft={false}>
      {words.consentGiven(clockTime(visit.consent.at))}
    </Tag>
  ) : (
    <Tag tone="bad" icon={<IconShieldX />} soft={false}>
      {words.consentRefused}
    </Tag>
  );
}

const seen: Outcome[] = ["completed", "incomplete"];
const unseen: Outcome[] = ["left_without_being_seen", "no_answer"];

function FinishMenu({ visit, onEnd }: { visit: EncounterView; onEnd: (ending: Ending) => void }) {
  const outcomes: Outcome[] = [
    ...(visit.allowed.includes("finish") ? [...seen, "no_answer" as const] : []),
    ...(visit.allowed.includes("close_unseen") ? unseen : []),
  ];
  if (outcomes.length === 0) return null;
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target>
        <Button size="xs" rightSection={<IconChevronDown size={14} />} data-testid="finish-visit">
          {words.finish}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.finishAs}</Menu.Label>
        {outcomes.map((outcome) => (
          <Menu.Item
            key={outcome}
            leftSection={outcome === "completed" ? <IconCheck size={16} /> : <span className={classes.noIcon} />}
            onClick={() => onEnd({ kind: "finish", outcome })}
            data-outcome={outcome}
          >
            {words.outcomes[outcome]}
            <small className={classes.menuSmall}>{words.outcomeHints[outcome]}</small>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const reasons: CancelReason[] = ["by_patient", "by_practice", "no_show", "no_consent"];

function More({ visit, onEnd }: { visit: EncounterView; onEnd: (ending: Ending) => void }) {
  const wrapUp = useCommand("encounter.wrap_up");
  const { name } = visit.patient;
  const triage = useCommand("encounter.triage", { onDone: () => report(text.queue.readyDone(name)) });
  const pause = useCommand("encounter.pause", { onDone: () => report(words.paused(name)) });
  const [releasing, setReleasing] = useState(false);
  const release = useCommand("encounter.release", { onDone: () => setReleasing(false) });
  const can = (what: Allowed) => visit.allowed.includes(what);
  const change = { encounter: visit.id, version: visit.version };
  const offered: Allowed[] = ["triage", "wrap_up", "pause", "release", "cancel"];
  if (!offered.some(can)) return null;
  return (
    <>
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <ActionIcon aria-label={words.more} data-testid="visit-more">
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {can("triage") && (
            <Menu.Item leftSection={<IconClipboardCheck size={16} />} onClick={() => void triage.run(change)}>
              {words.triage}
            </Menu.Item>
          )}
          {can("wrap_up") && (
            <Menu.Item leftSection={<IconPhoneCheck size={16} />} onClick={() => void wrapUp.run(change)}>
              {words.wrapUp}
            </Menu.Item>
          )}
          {can("pause") && (
            <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => void pause.run(change)} data-testid="pause">
              {words.pause}
            </Menu.Item>
          )}
          {can("release") && <Menu.Item leftSection={<IconArmchair size={16} />} onClick={() => setReleasing(true)} data-testid="release">{words.release}</Menu.Item>}
          {can("cancel") && (
            <>
              <Menu.Label>{words.cancelVisit}</Menu.Label>
              {reasons.map((reason) => (
                <Menu.Item key={reason} onClick={() => onEnd({ kind: "cancel", reason })}>
                  {words.cancelReasons[reason]}
                </Menu.Item>
              ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={releasing}
        onClose={() => setReleasing(false)}
        title={words.releaseTitle(visit.patient.name)}
        action={words.releaseDo}
        busy={release.busy}
        onConfirm={() => void release.run(change)}
      >
        {words.releaseText}
      </Confirm>
    </>
  );
}
