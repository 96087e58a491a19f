// The device check: four steps on one page, each with its live result.
import { Button, Select } from "@mantine/core";
import {
  IconBell,
  IconMicrophone,
  IconPlayerPlay,
  IconPlayerRecord,
  IconVideo,
  IconVolume,
  IconWifi,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Empty, Problem } from "../../parts/Bits";
import { useCommand, useRead } from "../../parts/api";
import { kbps, momentDateTime, percent } from "../../parts/format";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { CheckOutcome, DeviceKindChoice, MediaDevice, MediaDevices, NetworkView, PreviewView } from "../../types";
import { VideoCanvas } from "../../video/VideoCanvas";
import classes from "./Check.module.css";
import { Ask, Step } from "./Step";
import { usePreview } from "./usePreview";

const words = text.check;
/** Below this the microphone is taken to be silent. */
const AUDIBLE = 0.03;

type Part = "camera" | "microphone" | "speaker" | "network";
type Results = Record<Part, CheckOutcome>;

const untried: Results = { camera: "skipped", microphone: "skipped", speaker: "skipped", network: "skipped" };

export function DeviceCheckPage() {
  const client = useQueryClient();
  const [on, setOn] = useState(false);
  const [results, setResults] = useState<Results>(untried);
  const [network, setNetwork] = useState<NetworkView | null>(null);
  const { view, error } = usePreview(on);
  const last = useRead("check.last", {});
  const save = useCommand("check.save", {
    onDone: (saved) => {
      client.setQueryData(["check.last", {}], saved);
      report(words.saved);
    },
  });
  const result = (part: Part) => (outcome: CheckOutcome) => setResults((all) => ({ ...all, [part]: outcome }));
  const lastText = last.data?.at ? words.last(momentDateTime(last.data.at)) : words.never;

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1>{words.title}</h1>
          <p data-testid="last-check">{lastText}</p>
        </div>
        {on ? (
          <>
            <Button onClick={() => setOn(false)}>{words.stop}</Button>
            <Button
              variant="filled"
              loading={save.busy}
              onClick={() => void save.run({ check: { ...results, figures: network?.figures ?? null } })}
            >
              {words.save}
            </Button>
          </>
        ) : (
          <Button variant="filled" onClick={() => setOn(true)}>
            {words.start}
          </Button>
        )}
      </header>
      {!on && (
        <Empty icon={<IconVideo size={26} stroke={1.6} />} title={words.startTitle}>
          {words.startText}
        </Empty>
      )}
      {error && <Problem title={text.common.unnamedFault}>{error.message}</Problem>}
      {view?.trouble && <Problem title={view.trouble} />}
      {on && (
        <div className={classes.steps}>
          <CameraStep view={view} outcome={results.camera} onOutcome={result("camera")} />
          <MicrophoneStep view={view} outcome={results.microphone} onOutcome={result("microphone")} />
          <SpeakerStep outcome={results.speaker} onOutcome={result("speaker")} />
          <NetworkStep
            network={network}
            outcome={results.network}
            onMeasured={(measured) => {
              setNetwork(measured);
              result("network")(measured.outcome);
            }}
          />
        </div>
      )}
    </div>
  );
}

interface StepProps {
  outcome: CheckOutcome;
  onOutcome: (outcome: CheckOutcome) => void;
}

function CameraStep({ view, outcome, onOutcome }: StepProps & { view: PreviewView | null }) {
  return (
    <Step number={1} title={words.camera} icon={<IconVideo size={18} />} outcome={outcome} fix={words.fix.camera}>
      <div className={classes.picture}>
        {view && view.stream !== null ? (
          <VideoCanvas stream={view.stream} label={text.call.self} mirrored testId="preview-video" />
        ) : (
          <p>{view ? text.call.cameraOffSelf : words.starting}</p>
        )}
      </div>
      <Picker kind="camera" />
      <Ask question={words.cameraAsk} value={outcome} onAnswer={onOutcome} />
    </Step>
  );
}

function MicrophoneStep({ view, outcome, onOutcome }: StepProps & { view: PreviewView | null }) {
  const record = useCommand("preview.record");
  const play = useCommand("preview.play");
  const recording = view?.recording ?? "none";
  const level = view?.level ?? 0;
  return (
    <Step number={2} title={words.microphone} icon={<IconMicrophone size={18} />} outcome={outcome} fix={words.fix.microphone}>
      <p className={classes.say}>{words.microphoneAsk}</p>
      <div
        className={classes.meter}
        role="meter"
        aria-label={words.micLevel}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(level * 100)}
        data-testid="mic-meter"
        data-audible={level > AUDIBLE || undefined}
      >
        <i style={{ transform: `scaleX(${Math.min(1, level)})` }} />
      </div>
      <div className={classes.buttons}>
        <Button
          size="xs"
          leftSection={<IconPlayerRecord size={15} />}
          disabled={!view || recording === "recording" || recording === "playing"}
          onClick={() => void record.run({})}
        >
          {recording === "recording" ? words.recording : words.record}
        </Button>
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={15} />}
          disabled={recording !== "ready"}
          onClick={() => void play.run({})}
        >
          {recording === "playing" ? words.playing : words.play}
        </Button>
      </div>
      <Picker kind="microphone" />
      <Ask question={words.heardSelf} value={outcome} onAnswer={onOutcome} withPoor />
    </Step>
  );
}

function SpeakerStep({ outcome, onOutcome }: StepProps) {
  const chime = useCommand("preview.chime");
  return (
    <Step number={3} title={words.speaker} icon={<IconVolume size={18} />} outcome={outcome} fix={words.fix.speaker}>
      <div className={classes.buttons}>
        <Button size="xs" leftSection={<IconBell size={15} />} loading={chime.busy} onClick={() => void chime.run({})}>
          {words.chime}
        </Button>
      </div>
      <Picker kind="speaker" />
      <Ask question={words.chimeAsk} value={outcome} onAnswer={onOutcome} withPoor />
    </Step>
  );
}

interface NetworkProps {
  network: NetworkView | null;
  outcome: CheckOutcome;
  onMeasured: (network: NetworkView) => void;
}

function NetworkStep({ network, outcome, onMeasured }: NetworkProps) {
  const probe = useCommand("network.probe", { onDone: onMeasured });
  const { run } = probe;
  // Measured once by itself: there is nothing that a person must do for it.
  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    void run({});
  }, [run]);
  const figures = network?.figures ?? null;
  const rows = [
    [words.rtt, figures && `${figures.round_trip_ms.toFixed(0)} ms`],
    [words.loss, figures && percent(figures.loss)],
    [words.down, figures && kbps(figures.down_kbps)],
    [words.up, figures && kbps(figures.up_kbps)],
  ] as const;
  return (
    <Step number={4} title={words.network} icon={<IconWifi size={18} />} outcome={outcome} fix={words.fix.network}>
      <p className={classes.say}>{words.networkText}</p>
      <dl className={classes.figures}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value ?? "–"}</dd>
          </div>
        ))}
      </dl>
      {network?.trouble && <p role="alert">{network.trouble}</p>}
      <div className={classes.buttons}>
        <Button size="xs" loading={probe.busy} onClick={() => void run({})}>
          {probe.busy ? words.networkRunning : words.networkRun}
        </Button>
      </div>
    </Step>
  );
}

const lists: Record<DeviceKindChoice, (devices: MediaDevices) => MediaDevice[]> = {
  camera: (devices) => devices.cameras,
  microphone: (devices) => devices.microphones,
  speaker: (devices) => devices.speakers,
};

function Picker({ kind }: { kind: DeviceKindChoice }) {
  const client = useQueryClient();
  const devices = useRead("device.list", {});
  const choose = useCommand("device.choose", { onDone: (chosen) => client.setQueryData(["device.list", {}], chosen) });
  if (!devices.data) return null;
  const all = lists[kind](devices.data);
  const chosen = devices.data[kind];
  const gone = !all.some((device) => device.id === chosen);
  return (
    <Select
      size="xs"
      aria-label={words.device[kind]}
      allowDeselect={false}
      value={chosen}
      data={[
        ...(gone ? [{ value: chosen, label: words.gone(chosen), disabled: true }] : []),
        ...all.map((device) => ({ value: device.id, label: device.label })),
      ]}
      error={gone ? words.chosenGone : null}
      onChange={(id) => id && void choose.run({ kind, id })}
      onDropdownOpen={() => void devices.refetch()}
    />
  );
}
