// The running call, reachable from every screen: who, how long, microphone, hang up.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconMicrophone, IconMicrophoneOff, IconPhoneCall, IconPhoneOff } from "@tabler/icons-react";
import { useLocation } from "wouter";
import { hangUpSafely } from "../../parts/HangUp";
import { useCommand } from "../../parts/api";
import { useCallPart } from "../../parts/call-state";
import { useNow } from "../../parts/clock";
import { duration } from "../../parts/format";
import { keyCaps, useShortcut } from "../../parts/shortcuts";
import { text } from "../../strings/en";
import classes from "./Shell.module.css";

const words = text.call;

export function ActiveCall() {
  const encounter = useCallPart((call) => call?.encounter ?? null);
  return encounter === null ? null : <Running encounter={encounter} />;
}

function Running({ encounter }: { encounter: string }) {
  const [, go] = useLocation();
  const now = useNow();
  const name = useCallPart((call) => call?.peers[0]?.name ?? null);
  const connectedAt = useCallPart((call) => call?.connected_at ?? null);
  const microphone = useCallPart((call) => call?.microphone ?? false);
  const camera = useCallPart((call) => call?.camera ?? false);
  const poor = useCallPart((call) => call?.phase.at === "reconnecting" || call?.peers.some((peer) => peer.stats?.quality === "poor") === true);
  const phase = useCallPart((call) => call?.phase.at ?? null);
  const setMicrophone = useCommand("call.set_microphone");
  const setCamera = useCommand("call.set_camera");
  useShortcut("microphone", () => void setMicrophone.run({ on: !microphone }));
  useShortcut("camera", () => void setCamera.run({ on: !camera }));
  useShortcut("hangUp", hangUpSafely);

  const time = connectedAt ? duration(now - Date.parse(connectedAt)) : words.connecting;
  const state = phase === "on_hold" ? words.onHold : phase === "waiting" ? text.activeCall.waiting : time;
  return (
    <section className={classes.call} data-poor={poor || undefined} aria-label={text.activeCall.label} data-testid="active-call">
      <button
        type="button"
        className={classes.callLink}
        onClick={() => go(`/visits/${encounter}`)}
        data-testid="active-call-open"
      >
        <IconPhoneCall size={17} aria-hidden="true" />
        <span className="hidden-visually">{text.activeCall.open}</span>
        <span>{name ?? text.activeCall.label}</span>
        <span className="num">{state}</span>
      </button>
      <Tooltip label={`${words.mic}  ${keyCaps("microphone").join(" ")}`}>
        <ActionIcon
          size={30}
          aria-label={words.mic}
          aria-pressed={microphone}
          color={microphone ? "gray" : "red"}
          variant={microphone ? "subtle" : "light"}
          onClick={() => void setMicrophone.run({ on: !microphone })}
        >
          {microphone ? <IconMicrophone size={18} /> : <IconMicrophoneOff size={18} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={`${words.hangUp}  ${keyCaps("hangUp").join(" ")}`}>
        <button type="button" className={classes.hangUp} aria-label={words.hangUp} onClick={hangUpSafely} data-testid="hang-up-bar">
          <IconPhoneOff size={17} aria-hidden="true" />
        </button>
      </Tooltip>
    </section>
  );
}
