// The right pane of a visit: the picture, the controls under it, and people, chat and snapshots below.
import { Tabs } from "@mantine/core";
import { useState } from "react";
import { useCall } from "../../parts/call-state";
import { text } from "../../strings/en";
import type { EncounterView } from "../../types";
import classes from "./Call.module.css";
import { Chat } from "./Chat";
import { Controls } from "./Controls";
import { NoCall } from "./NoCall";
import { People } from "./People";
import { ReconnectBanner } from "./ReconnectBanner";
import { Snapshots } from "./Snapshots";
import { Stage } from "./Stage";

const words = text.call;

export function CallPane({ visit }: { visit: EncounterView }) {
  const running = useCall();
  const call = running?.encounter === visit.id ? running : null;
  const [tab, setTab] = useState<string | null>("people");
  const [read, setRead] = useState(0);
  const lines = call?.chat.length ?? 0;
  const unread = tab === "chat" ? 0 : Math.max(0, lines - read);
  const turnTo = (next: string | null) => {
    setRead(lines);
    setTab(next);
  };
  const kept = visit.snapshots.filter((snapshot) => snapshot.state.is === "kept").length;

  return (
    <div className={classes.pane}>
      {call && <ReconnectBanner call={call} />}
      <div className={classes.stage} data-empty={!call || undefined}>
        {call ? <Stage call={call} /> : <NoCall visit={visit} otherCall={running !== null} />}
      </div>
      {call && <Controls call={call} visit={visit} />}
      <Tabs value={tab} onChange={turnTo} className={classes.tabs} keepMounted={false}>
        <Tabs.List px={6}>
          <Tabs.Tab value="people">
            {words.people} <span className="num">{visit.participants.length}</span>
          </Tabs.Tab>
          <Tabs.Tab value="chat">
            {words.chat} {unread > 0 && <span className={classes.unread}>{unread}</span>}
          </Tabs.Tab>
          <Tabs.Tab value="snapshots">
            {text.snapshot.strip} {kept > 0 && <span className="num">{kept}</span>}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people" className={classes.panel}>
          <People visit={visit} call={call} />
        </Tabs.Panel>
        <Tabs.Panel value="chat" className={classes.panel}>
          <Chat call={call} />
        </Tabs.Panel>
        <Tabs.Panel value="snapshots" className={classes.panel}>
          <Snapshots visit={visit} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
