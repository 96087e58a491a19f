// The device check's live state, as the core tells it.
import { useEffect, useState } from "react";
import { host } from "#host";
import { asCommandError, type CommandError } from "../../host/host";
import type { PreviewView } from "../../types";
import { retainStreams } from "../../video/registry";

export interface Preview {
  view: PreviewView | null;
  error: CommandError | null;
}

/** Opens camera and microphone while `on`, and lets go of them as soon as it is not. */
export function usePreview(on: boolean): Preview {
  const [view, setView] = useState<PreviewView | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  useEffect(() => {
    if (!on) return;
    let current = true;
    const show = (next: PreviewView | null) => {
      retainStreams("preview", next && next.stream !== null ? [next.stream] : []);
      setView(next);
    };
    // News that came before the answer are newer than it.
    let told = false;
    const stopListening = host.on("preview", (next) => {
      told = true;
      show(next);
    });
    host.rpc("preview.start", {}).then(
      (next) => current && !told && show(next),
      (thrown: unknown) => current && setError(asCommandError(thrown)),
    );
    return () => {
      current = false;
      stopListening();
      retainStreams("preview", []);
      setView(null);
      setError(null);
      // Where stopping fails there is nothing open to stop.
      void host.rpc("preview.stop", {}).catch(() => undefined);
    };
  }, [on]);
  return { view, error };
}
