// How the connection does, in words first and in figures for who wants them.
import { Popover } from "@mantine/core";
import { cloneElement, type ReactElement, useState } from "react";
import { Tag, type Tone } from "../../parts/Bits";
import { kbps, percent } from "../../parts/format";
import { text } from "../../strings/en";
import type { CallView, PeerStats, Quality } from "../../types";
import classes from "./Call.module.css";

const words = text.call;
const order: (Quality | "unknown")[] = ["poor", "fair", "unknown", "good"];
const tones: Record<Quality, Tone> = { good: "good", fair: "warn", poor: "bad" };

export function worstQuality(call: CallView): Quality | "unknown" {
  const all = call.peers.map((peer) => peer.stats?.quality ?? "unknown");
  return order.find((one) => all.includes(one)) ?? "unknown";
}

export function QualityPopover({ call, children }: { call: CallView; children: ReactElement<{ onClick?: () => void }> }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="top" width={330} trapFocus returnFocus>
      <Popover.Target>{cloneElement(children, { onClick: () => setOpened(!opened) })}</Popover.Target>
      <Popover.Dropdown aria-label={words.quality}>
        {call.peers.every((peer) => peer.stats === null) && <p className={classes.figuresNone}>{words.noFigures}</p>}
        {call.peers.map(
          (peer) =>
            peer.stats && (
              <section key={peer.participant} className={classes.figures} aria-label={peer.name} tabIndex={-1} data-autofocus>
                <header>
                  <strong>{peer.name}</strong>
                  <Tag tone={tones[peer.stats.quality]}>{words.qualities[peer.stats.quality]}</Tag>
                </header>
                {peer.stats.trouble_at && <p>{words.troubleAt[peer.stats.trouble_at]}</p>}
                {peer.stats.quality === "poor" && call.camera && <p>{words.poorHint}</p>}
                <Figures stats={peer.stats} />
              </section>
            ),
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Figures({ stats }: { stats: PeerStats }) {
  const picture = (size: [number, number] | null, fps: number, codec: string | null) =>
    size ? words.picture(size[0], size[1], fps, codec) : "–";
  const rows: [string, string][] = [
    [words.figures.rtt, stats.round_trip_ms === null ? "–" : `${Math.round(stats.round_trip_ms)} ms`],
    [words.figures.lossIn, percent(stats.loss_in)],
    [words.figures.lossOut, stats.loss_out === null ? "–" : percent(stats.loss_out)],
    [words.figures.received, kbps(stats.in_kbps)],
    [words.figures.sent, kbps(stats.out_kbps)],
    [words.figures.target, kbps(stats.target_kbps)],
    [words.figures.pictureIn, picture(stats.in_size, stats.in_fps, stats.in_codec)],
    [words.figures.pictureOut, picture(stats.out_size, stats.out_fps, stats.out_codec)],
    [words.figures.path, stats.path === null ? "–" : (words.paths[stats.path as keyof typeof words.paths] ?? stats.path)],
  ];
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
