// The palette on Ctrl+K: every action that can be done now, and every patient.
import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconBolt, IconSearch, IconUser } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { Keys } from "../../parts/Bits";
import { useRead } from "../../parts/api";
import { plainDate } from "../../parts/format";
import { runShortcut, shortcutLabel, type ShortcutId, useLiveShortcuts, useShortcut } from "../../parts/shortcuts";
import { text } from "../../strings/en";

const words = text.palette;
const MOST_PATIENTS = 7;

export function Palette() {
  const [query, setQuery] = useState("");
  const [open, setOpen] = useState(false);
  const [, go] = useLocation();
  const live = useLiveShortcuts();
  useShortcut("palette", spotlight.toggle);
  const search = useRead(
    "patient.search",
    { text: query.trim(), limit: MOST_PATIENTS },
    { enabled: open && query.trim() !== "", keepLast: true },
  );

  const actions = live.filter((id) => id !== "palette" && matchesWords(shortcutLabel(id), query));
  const patients = query.trim() === "" ? [] : (search.data?.patients ?? []);
  const run = (id: ShortcutId) => {
    spotlight.close();
    // After the palette has given the focus back, so that an action may move it.
    requestAnimationFrame(() => runShortcut(id));
  };

  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      shortcut={null}
      clearQueryOnClose
      size={620}
      scrollable
      maxHeight={440}
      transitionProps={{ duration: 80 }}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      yOffset="14vh"
      attributes={{ content: { "aria-label": words.title } }}
    >
      <Spotlight.Search placeholder={words.placeholder} aria-label={words.title} leftSection={<IconSearch size={18} />} />
      <Spotlight.ActionsList>
        {patients.length > 0 && (
          <Spotlight.ActionsGroup label={words.patients}>
            {patients.map((patient) => (
              <Spotlight.Action
                key={patient.id}
                onClick={() => go(`/patients/${patient.id}`)}
                leftSection={<IconUser size={18} stroke={1.6} />}
                label={patient.name}
                description={`${plainDate(patient.birth_date)} · ${text.patient.sexes[patient.sex]} · ${patient.mrn}`}
                highlightQuery={false}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {actions.length > 0 && (
          <Spotlight.ActionsGroup label={words.actions}>
            {actions.map((id) => (
              <Spotlight.Action
                key={id}
                onClick={() => run(id)}
                leftSection={<IconBolt size={18} stroke={1.6} />}
                label={shortcutLabel(id)}
                rightSection={<Keys of={id} />}
                closeSpotlightOnTrigger={false}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {actions.length === 0 && patients.length === 0 && <Spotlight.Empty>{words.nothing}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** Each typed word begins some word of the label. */
function matchesWords(label: string, query: string): boolean {
  const parts = label.toLowerCase().split(/\s+/);
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((word) => parts.some((part) => part.startsWith(word)));
}
