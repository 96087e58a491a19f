// The desktop shell. The only file that knows Tauri.
import { invoke, type InvokeArgs, type InvokeOptions } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { asCommandError, type Host } from "./host";

async function call<T>(command: string, args?: InvokeArgs, options?: InvokeOptions): Promise<T> {
  try {
    return await invoke<T>(command, args, options);
  } catch (thrown) {
    throw asCommandError(thrown);
  }
}

export const host: Host = {
  rpc: (cmd, payload, key) => call("rpc", { cmd, payload, key: key ?? null }),
  pull: (streams, waitMs) => call("frames", { streams, waitMs }),
  // The picture is the raw body; what it belongs to travels in headers. It is only sent once the patient has agreed.
  keepSnapshot: async (png, about) => {
    await call("keep_snapshot", png, { headers: { "x-encounter": about.encounter, "x-consent": "given" } });
  },
  snapshotBytes: (snapshot) => call("snapshot_bytes", { snapshot }),
  answerClose: (close) => call("close_window", { close }),
  on: (event, handler) => {
    let stop: (() => void) | null = null;
    let stopped = false;
    void listen(event, (heard) => handler(heard.payload as Parameters<typeof handler>[0])).then((unlisten) => {
      if (stopped) unlisten();
      else stop = unlisten;
    });
    return () => {
      stopped = true;
      stop?.();
    };
  },
};
