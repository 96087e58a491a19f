// Reads and commands. Each read names the topics it depends on; what the core reports as changed is read again.
import {
  keepPreviousData,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";
import { useCallback, useRef } from "react";
import { host } from "#host";
import { asCommandError, type CommandError, type CommandName, type In, type Out } from "../host/host";
import { text } from "../strings/en";
import type { Changed, Topic } from "../types";
import { alarm } from "./announce";
import { Attempts } from "./attempts";
import { setStoreTrouble } from "./store-state";

/** The commands that only read, and what they read. */
const READS = {
  "app.start": ["practice"],
  "queue.list": ["encounter", "presence", "participant", "patient", "note", "appointment"],
  // Presence too, but not at once: see `readVisitsSoon`.
  "encounter.get": ["encounter", "participant", "patient", "note", "snapshot", "call"],
  "patient.search": ["patient"],
  "patient.get": ["patient", "encounter", "note"],
  "template.list": ["practice"],
  "note.get": ["note"],
  "note.preview": ["note"],
  "device.list": [],
  "check.last": [],
} as const satisfies Partial<Record<CommandName, Topic[]>>;

export type ReadName = keyof typeof READS;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The core tells what changed; nothing goes stale by itself, and there is no network to be lost.
        staleTime: Number.POSITIVE_INFINITY,
        networkMode: "always",
        refetchOnWindowFocus: false,
        retry: false,
      },
      mutations: { networkMode: "always" },
    },
  });
}

export function applyChanged(client: QueryClient, changed: Changed): void {
  void client.invalidateQueries({
    predicate: (query) => {
      const name = query.queryKey[0] as ReadName;
      const topics: readonly Topic[] = READS[name] ?? [];
      return topics.some((topic) => changed.topics.includes(topic));
    },
  });
  if (changed.topics.includes("presence")) readVisitsSoon(client, changed.ids);
}

/** Each reading of a visit is an access that goes on record, and a page on a weak network comes and goes often. */
const PRESENCE_MS = 10_000;
const planned = new Set<string>();

/** Reads the visits in which one of these takes part again, each at most once in a while. */
function readVisitsSoon(client: QueryClient, ids: string[]): void {
  for (const query of client.getQueryCache().findAll({ queryKey: ["encounter.get"], type: "active" })) {
    const visit = query.state.data as Out<"encounter.get"> | undefined;
    const about = ids.length === 0 || visit?.participants.some((person) => ids.includes(person.id));
    if (!about || planned.has(query.queryHash)) continue;
    planned.add(query.queryHash);
    const wait = query.state.dataUpdatedAt + PRESENCE_MS - Date.now();
    setTimeout(
      () => {
        planned.delete(query.queryHash);
        void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
      },
      Math.max(0, wait),
    );
  }
}

interface ReadOptions {
  enabled?: boolean;
  /** Shows the last answer while the next one, of other words, is on its way. */
  keepLast?: boolean;
}

export function useRead<C extends ReadName>(name: C, payload: In<C>, options: ReadOptions = {}): UseQueryResult<Out<C>, CommandError> {
  return useQuery<Out<C>, CommandError>({
    queryKey: [name, payload],
    queryFn: () => host.rpc(name, payload),
    enabled: options.enabled ?? true,
    placeholderData: options.keepLast ? (keepPreviousData as never) : undefined,
  });
}

interface CommandOptions<C extends CommandName> {
  /** What the failure meant, as a headline. */
  failed?: string;
  /** Shows the failure itself instead of a notification. */
  quiet?: boolean;
  onDone?: (answer: Out<C>, payload: In<C>) => void;
  onFailed?: (error: CommandError) => void;
}

export interface Command<C extends CommandName> {
  run: (payload: In<C>) => Promise<Out<C> | null>;
  busy: boolean;
  /** It was done, and not begun again since. */
  done: boolean;
  error: CommandError | null;
  clear: () => void;
}

/** A command that a person gives. A failure is shown in words and leaves the screen as it was. */
export function useCommand<C extends CommandName>(name: C, options: CommandOptions<C> = {}): Command<C> {
  const client = useQueryClient();
  const mutation = useMutation<Out<C>, CommandError, { payload: In<C>; key: string | undefined }>({
    mutationFn: ({ payload, key }) => host.rpc(name, payload, key),
    onSuccess: (answer, { payload }) => {
      setStoreTrouble(null);
      options.onDone?.(answer, payload);
    },
    onError: (error) => {
      if (error.code === "disk_full") setStoreTrouble(error.message);
      // What was shown is old: read it again before the person decides anew.
      if (error.code === "stale") void client.invalidateQueries();
      if (!options.quiet) showFailure(error, options.failed);
      options.onFailed?.(error);
    },
  });
  const { mutateAsync } = mutation;
  const attempts = useRef<Attempts<C, Out<C>> | null>(null);
  const run = useCallback(
    (payload: In<C>) => {
      attempts.current ??= new Attempts(name, (request, key) => mutateAsync({ payload: request, key }));
      return attempts.current.run(payload).catch(() => null);
    },
    [mutateAsync, name],
  );
  return {
    run,
    busy: mutation.isPending,
    done: mutation.isSuccess,
    error: mutation.error,
    clear: mutation.reset,
  };
}

export function showFailure(thrown: unknown, title?: string): void {
  const error = asCommandError(thrown);
  const refused = error.code === "refused" || error.code === "stale";
  alarm(error.message);
  notifications.show({
    color: refused ? "yellow" : "red",
    title: title ?? text.common.unnamedFault,
    message: refused || !error.requestId ? error.message : `${error.message} ${text.common.requestId(error.requestId)}`,
    autoClose: refused ? 6000 : 12_000,
  });
}
