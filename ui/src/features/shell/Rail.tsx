// The rail on the left: the places of the console.
import { Tooltip } from "@mantine/core";
import { IconDeviceDesktopCheck, IconLayoutList, IconSettings, IconUsers } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { Link, useLocation } from "wouter";
import { Mark } from "../../parts/Mark";
import { ariaKeys, keyCaps, type ShortcutId } from "../../parts/shortcuts";
import { text } from "../../strings/en";
import classes from "./Shell.module.css";

interface Place {
  path: string;
  also?: string;
  label: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  keys: ShortcutId;
}

const places: Place[] = [
  { path: "/queue", also: "/visits/", label: text.shell.queue, icon: IconLayoutList, keys: "goQueue" },
  { path: "/patients", label: text.shell.patients, icon: IconUsers, keys: "goPatients" },
  { path: "/check", label: text.shell.check, icon: IconDeviceDesktopCheck, keys: "goCheck" },
];
const settings: Place = { path: "/settings", label: text.shell.settings, icon: IconSettings, keys: "goSettings" };

export function Rail() {
  return (
    <nav className={classes.rail} aria-label={text.shell.rail}>
      <Mark size={28} />
      <hr />
      {places.map((place) => (
        <Item key={place.path} place={place} />
      ))}
      <div className={classes.grow} />
      <Item place={settings} />
    </nav>
  );
}

function Item({ place }: { place: Place }) {
  const [location] = useLocation();
  const here = location.startsWith(place.path) || (place.also !== undefined && location.startsWith(place.also));
  const Icon = place.icon;
  return (
    <Tooltip label={`${place.label}  ${keyCaps(place.keys).join(" ")}`} position="right" events={{ hover: true, focus: true, touch: false }}>
      <Link
        href={place.path}
        className={classes.railItem}
        aria-label={place.label}
        aria-current={here ? "page" : undefined}
        aria-keyshortcuts={ariaKeys(place.keys)}
      >
        <Icon size={21} stroke={1.7} />
      </Link>
    </Tooltip>
  );
}
