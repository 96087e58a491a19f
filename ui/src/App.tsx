// Which of the five first screens is shown: choosing, signing in, trouble, or the console itself.
import { Loader } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { ChooseView } from "./views/ChooseView";
import { ConsoleView } from "./views/ConsoleView";
import { SignInView } from "./views/SignInView";
import { TroubleView } from "./views/TroubleView";
import { useRead } from "./parts/api";
import { forgetCall } from "./parts/call-state";
import { forgetTexts } from "./parts/kept-text";
import { forgetEvents } from "./parts/status";
import { text } from "./strings/en";
import type { StartView } from "./types";

export function App() {
  const client = useQueryClient();
  const [, go] = useLocation();
  const start = useRead("app.start", {});
  const become = (view: StartView) => {
    // Nothing of the one who was here before may be shown to the next, not even for a moment.
    forgetEvents();
    forgetCall();
    forgetTexts("chat:");
    notifications.clean();
    notifications.cleanQueue();
    go("/queue");
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "app.start" });
    client.setQueryData(["app.start", {}], view);
  };
  const again = () => void start.refetch();

  if (start.isError) {
    return <TroubleView title={text.trouble.unreachable} message={start.error.message} steps={[]} folder={null} onRetry={again} />;
  }
  if (!start.data) return <Loader m="auto" aria-label={text.common.loading} style={{ display: "block", marginTop: "40vh" }} />;
  const { stage } = start.data;
  switch (stage.at) {
    case "choose":
      return <ChooseView onStart={become} />;
    case "sign_in":
      return <SignInView practice={stage.practice} users={stage.users} onStart={become} />;
    case "trouble":
      return (
        <TroubleView
          title={text.trouble.titles[stage.trouble]}
          message={stage.message}
          steps={text.trouble.steps[stage.trouble]}
          folder={stage.folder}
          onRetry={again}
        />
      );
    case "ready":
      return <ConsoleView key={stage.user.id} practice={stage.practice} user={stage.user} start={start.data} onStart={become} />;
  }
}
