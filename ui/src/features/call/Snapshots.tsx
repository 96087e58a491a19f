// The snapshots of a visit: thumbnails drawn from bytes in memory, full view, delete with a reason.
import { Button, Loader, Modal, TextInput } from "@mantine/core";
import { IconPhotoOff, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { host } from "#host";
import { Confirm } from "../../parts/Confirm";
import { PictureCanvas } from "../../parts/PictureCanvas";
import { useCommand } from "../../parts/api";
import { clockTime, momentDateTime } from "../../parts/format";
import { text } from "../../strings/en";
import type { EncounterView, SnapshotView } from "../../types";
import classes from "./Call.module.css";

const words = text.snapshot;
const THUMBNAIL = 240;
/** Pictures leave the memory of the page soon after nobody shows them. */
const FORGET_MS = 5000;

function usePicture(id: string, enabled: boolean) {
  return useQuery({ queryKey: ["snapshot-bytes", id], queryFn: () => host.snapshotBytes(id), enabled, gcTime: FORGET_MS });
}

export function Snapshots({ visit }: { visit: EncounterView }) {
  const [shown, setShown] = useState<SnapshotView | null>(null);
  const [deleting, setDeleting] = useState<SnapshotView | null>(null);
  if (visit.snapshots.length === 0) return <p className={classes.quiet}>{words.empty}</p>;
  return (
    <>
      <ul className={classes.snapshots}>
        {visit.snapshots.map((snapshot) => (
          <li key={snapshot.id} data-testid="snapshot-item" data-state={snapshot.state.is}>
            {snapshot.state.is === "kept" ? (
              <button type="button" onClick={() => setShown(snapshot)} aria-label={words.view(clockTime(snapshot.taken_at))}>
                <Picture snapshot={snapshot} most={THUMBNAIL} />
              </button>
            ) : (
              <div className={classes.deleted}>
                <IconPhotoOff size={18} aria-hidden="true" />
                <span>{words.deleted(snapshot.state.reason)}</span>
              </div>
            )}
            <time className="num">{clockTime(snapshot.taken_at)}</time>
          </li>
        ))}
      </ul>
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        size="auto"
        title={shown ? words.of(momentDateTime(shown.taken_at)) : ""}
        closeButtonProps={{ "aria-label": text.common.close }}
      >
        {shown && (
          <div className={classes.fullView}>
            <Picture snapshot={shown} />
            <div>
              <span>
                {words.takenBy(shown.taken_by.name, momentDateTime(shown.taken_at))} · {words.size(shown.size[0], shown.size[1])}
              </span>
              <Button
                size="xs"
                leftSection={<IconTrash size={15} />}
                onClick={() => {
                  setDeleting(shown);
                  setShown(null);
                }}
              >
                {words.deleteDo}
              </Button>
            </div>
          </div>
        )}
      </Modal>
      {deleting && <Delete snapshot={deleting} onClose={() => setDeleting(null)} />}
    </>
  );
}

function Picture({ snapshot, most }: { snapshot: SnapshotView; most?: number }) {
  const picture = usePicture(snapshot.id, true);
  if (picture.isError) return <p role="alert">{picture.error.message}</p>;
  if (!picture.data) return <Loader size="sm" aria-label={words.loading} />;
  return <PictureCanvas bytes={picture.data} mediaType={snapshot.media_type} label={words.of(clockTime(snapshot.taken_at))} most={most} />;
}

function Delete({ snapshot, onClose }: { snapshot: SnapshotView; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const remove = useCommand("snapshot.delete", { onDone: onClose });
  return (
    <Confirm
      opened
      danger
      onClose={onClose}
      title={words.deleteTitle}
      action={words.deleteDo}
      busy={remove.busy}
      disabled={reason.trim() === ""}
      onConfirm={() => void remove.run({ snapshot: snapshot.id, reason: reason.trim() })}
    >
      <span>{words.deleteText}</span>
      <TextInput label={words.deleteReason} required data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Confirm>
  );
}
