// The top bar: search, the running call, practice and user, theme.
import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { IconFlask, IconLogout, IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useState } from "react";
import { Keys, Tag } from "../../parts/Bits";
import { useCommand } from "../../parts/api";
import { Confirm } from "../../parts/Confirm";
import { flushDrafts, forgetDrafts } from "../../parts/drafts";
import { initials } from "../../parts/format";
import { useSession } from "../../parts/session";
import { ariaKeys } from "../../parts/shortcuts";
import { text } from "../../strings/en";
import type { StartView } from "../../types";
import { ActiveCall } from "./ActiveCall";
import classes from "./Shell.module.css";

const words = text.shell;

export function TopBar({ onSignedOut }: { onSignedOut: (view: StartView) => void }) {
  const { practice, user } = useSession();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const [asking, setAsking] = useState(false);
  const signOut = useCommand("session.sign_out", {
    onDone: (view) => {
      forgetDrafts();
      onSignedOut(view);
    },
  });
  // Only the author may save a note's text, so it is saved before the author leaves, or given up by name.
  const leave = async () => {
    if (await flushDrafts()) void signOut.run({});
    else setAsking(true);
  };
  const themeLabel = scheme === "dark" ? words.themeToLight : words.themeToDark;

  return (
    <section className={classes.bar} aria-label={words.topBar}>
      <button
        type="button"
        className={classes.search}
        onClick={spotlight.open}
        aria-keyshortcuts={ariaKeys("palette")}
      >
        <IconSearch size={16} aria-hidden="true" />
        <span>{words.search}</span>
        <Keys of="palette" />
      </button>
      <div className={classes.grow} />
      <ActiveCall />
      <div className={classes.practice}>
        <span>{practice.name}</span>
        {practice.sample && (
          <Tooltip label={words.sampleHint}>
            <span>
              <Tag tone="warn" icon={<IconFlask aria-hidden="true" />}>
                {words.sample}
              </Tag>
            </span>
          </Tooltip>
        )}
      </div>
      <Tooltip label={themeLabel}>
        <ActionIcon aria-label={themeLabel} onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}>
          {scheme === "dark" ? <IconSun size={18} stroke={1.7} /> : <IconMoon size={18} stroke={1.7} />}
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <button type="button" className={classes.who} data-testid="user-menu">
            <span className="hidden-visually">{words.userMenu}: </span>
            <span className={classes.avatar} aria-hidden="true">
              {initials(user.name)}
            </span>
            <span>{user.name}</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{user.title ?? text.roles[user.role]}</Menu.Label>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
            {words.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.notSignedOut}
        action={words.notSignedOutDo}
        danger
        busy={signOut.busy}
        onConfirm={() => void signOut.run({})}
      >
        {words.notSignedOutText}
      </Confirm>
    </section>
  );
}
