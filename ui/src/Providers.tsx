// What every screen stands on: theme, queries, notifications, the core's events.
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { host } from "#host";
import { Announcer } from "./parts/announce";
import { applyChanged, makeQueryClient } from "./parts/api";
import { setNow } from "./parts/clock";
import { ClosingQuestion } from "./parts/ClosingQuestion";
import { listenForShortcuts } from "./parts/shortcuts";
import { cssVariables, theme } from "./theme";

const schemes = localStorageColorSchemeManager({ key: "rounds-theme" });

export function Providers({ children, scheme }: { children: ReactNode; scheme?: "light" | "dark" }) {
  const [client] = useState(makeQueryClient);
  useEffect(() => {
    const stops = [
      host.on("changed", (changed) => applyChanged(client, changed)),
      host.on("tick", (tick) => setNow(tick.now)),
      listenForShortcuts(window),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      {...(scheme ? { forceColorScheme: scheme } : {})}
    >
      <QueryClientProvider client={client}>
        <Router hook={useHashLocation}>
          {children}
          <ClosingQuestion />
          <Announcer />
          <Notifications position="bottom-right" limit={3} zIndex={400} />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}
