// The console: rail, top bar, the open screen, status line.
import { useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { Palette } from "../features/shell/Palette";
import { Rail } from "../features/shell/Rail";
import classes from "../features/shell/Shell.module.css";
import { ShortcutSheet } from "../features/shell/ShortcutSheet";
import { StatusLine } from "../features/shell/StatusLine";
import { TopBar } from "../features/shell/TopBar";
import { Settings } from "../features/settings/Settings";
import { Boundary } from "../parts/Boundary";
import { AdmitQuestion } from "../parts/admit";
import { HangUpQuestion } from "../parts/HangUp";
import { followCall } from "../parts/call-state";
import { SessionContext } from "../parts/session";
import { useShortcut } from "../parts/shortcuts";
import { text } from "../strings/en";
import type { PracticeView, StartView, UserView } from "../types";
import { ChartView } from "./ChartView";
import { CheckView } from "./CheckView";
import { PatientsView } from "./PatientsView";
import { QueueView } from "./QueueView";
import { VisitView } from "./VisitView";

interface Props {
  practice: PracticeView;
  user: UserView;
  start: StartView;
  onStart: (view: StartView) => void;
}

export function ConsoleView({ practice, user, start, onStart }: Props) {
  const [location, go] = useLocation();
  useEffect(followCall, []);
  useShortcut("goQueue", () => go("/queue"));
  useShortcut("goPatients", () => go("/patients"));
  useShortcut("goCheck", () => go("/check"));
  useShortcut("goSettings", () => go("/settings"));

  return (
    <SessionContext value={{ practice, user, start }}>
      <a className={classes.skip} href="#content" onClick={(event) => focusContent(event)}>
        {text.shell.skip}
      </a>
      <div className={classes.shell}>
        <Rail />
        <TopBar onSignedOut={onStart} />
        <main id="content" className={classes.content} tabIndex={-1}>
          <Boundary key={location}>
          <Switch>
            <Route path="/queue" component={QueueView} />
            <Route path="/visits/:id">{({ id }) => <VisitView key={id} id={id} />}</Route>
            <Route path="/patients" component={PatientsView} />
            <Route path="/patients/:id">{({ id }) => <ChartView key={id} id={id} />}</Route>
            <Route path="/check" component={CheckView} />
            <Route path="/settings" component={Settings} />
            <Route>
              <Redirect to="/queue" replace />
            </Route>
          </Switch>
          </Boundary>
        </main>
        <StatusLine />
      </div>
      <Palette />
      <ShortcutSheet />
      <HangUpQuestion />
      <AdmitQuestion />
    </SessionContext>
  );
}

/** The address after the hash belongs to the router, so the link moves the focus itself. */
function focusContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
