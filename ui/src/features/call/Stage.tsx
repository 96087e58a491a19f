// The pictures: everybody else large, oneself small in the corner.
import { IconMicrophoneOff, IconPlayerPause, IconVideoOff } from "@tabler/icons-react";
import { initials } from "../../parts/format";
import { text } from "../../strings/en";
import type { CallView, PeerView } from "../../types";
import { canDecode } from "../../video/player";
import { usePicturesFaulty } from "../../video/registry";
import { VideoCanvas } from "../../video/VideoCanvas";
import classes from "./Call.module.css";

const words = text.call;

export function Stage({ call }: { call: CallView }) {
  const decodes = canDecode();
  const faulty = usePicturesFaulty();
  return (
    <div className={classes.pictures} data-count={Math.min(4, call.peers.length)} data-testid="stage" data-phase={call.phase.at}>
      {call.peers.length === 0 && <p className={classes.stageText}>{words.waitingPeer}</p>}
      {call.peers.map((peer, index) => (
        <Peer key={peer.participant} peer={peer} first={index === 0} decodes={decodes} />
      ))}
      {call.phase.at === "on_hold" && (
        <div className={classes.held}>
          <IconPlayerPause size={28} aria-hidden="true" />
          <strong>{words.onHold}</strong>
          <span>{words.onHoldText}</span>
        </div>
      )}
      <div className={classes.self}>
        {call.self_stream !== null && decodes ? (
          <VideoCanvas stream={call.self_stream} label={words.self} mirrored cover testId="self-video" />
        ) : (
          <span className={classes.selfOff}>
            <IconVideoOff size={18} aria-hidden="true" />
            {words.cameraOffSelf}
          </span>
        )}
      </div>
      {!decodes && <p className={classes.stageNote}>{words.noDecoder}</p>}
      {decodes && faulty && (
        <p className={classes.stageNote} role="alert" data-testid="picture-fault">
          {words.pictureFault}
        </p>
      )}
    </div>
  );
}

function Peer({ peer, first, decodes }: { peer: PeerView; first: boolean; decodes: boolean }) {
  const picture = peer.stream !== null && peer.camera && !peer.hold && decodes;
  return (
    <figure className={classes.peer} data-speaking={peer.level > 0.12 || undefined} data-testid="peer" data-link={peer.link}>
      {picture && peer.stream !== null ? (
        <VideoCanvas stream={peer.stream} label={words.remote(peer.name)} testId={first ? "remote-video" : `remote-video-${peer.participant}`} />
      ) : (
        <div className={classes.noPicture}>
          <span className={classes.avatar} aria-hidden="true">
            {initials(peer.name)}
          </span>
          <span>{peerWords(peer)}</span>
        </div>
      )}
      <figcaption>
        {!peer.microphone && <IconMicrophoneOff size={14} aria-label={words.micOff} />}
        {peer.name}
      </figcaption>
    </figure>
  );
}

function peerWords(peer: PeerView): string {
  if (peer.hold) return words.peerHold(peer.name);
  if (peer.link !== "connected") return words.connecting;
  return peer.camera ? words.connecting : words.cameraOffPeer(peer.name);
}
