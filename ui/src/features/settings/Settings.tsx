// Settings: what exists, and no more.
import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { Keys } from "../../parts/Bits";
import { useSession } from "../../parts/session";
import { shortcutIds, shortcutLabel } from "../../parts/shortcuts";
import { zoneName } from "../../parts/format";
import { text } from "../../strings/en";
import classes from "./Settings.module.css";

const words = text.settings;

export function Settings() {
  const { practice, user, start } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <h1>{words.title}</h1>
        <Part title={words.appearance}>
          <Row name={words.theme}>
            <SegmentedControl
              aria-label={words.theme}
              value={colorScheme}
              onChange={(value) => setColorScheme(value as typeof colorScheme)}
              data={(["auto", "light", "dark"] as const).map((value) => ({ value, label: words.themes[value] }))}
            />
          </Row>
        </Part>
        <Part title={words.keyboard}>
          {shortcutIds.map((id) => (
            <Row key={id} name={shortcutLabel(id)}>
              <Keys of={id} />
            </Row>
          ))}
        </Part>
        <Part title={words.about}>
          <Row name={words.version}>{start.version}</Row>
          <Row name={words.practice}>{practice.name}</Row>
          <Row name={words.user}>{user.title ? `${user.name}, ${user.title}` : user.name}</Row>
          <Row name={words.zone}>{start.zone || zoneName()}</Row>
          <Row name={words.storage}>{words.storageText}</Row>
          <Row name={words.licence}>{words.licenceText}</Row>
        </Part>
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
