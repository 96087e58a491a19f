// All shortcuts on one sheet, opened with Ctrl+/.
import { Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Keys } from "../../parts/Bits";
import { shortcutIds, shortcutLabel, type ShortcutId, useShortcut } from "../../parts/shortcuts";
import { text } from "../../strings/en";
import classes from "./Shell.module.css";

const words = text.shortcutSheet;
const inVisit: ShortcutId[] = ["microphone", "camera", "snapshot", "hangUp", "focusCall", "focusNote", "focusChart", "sign"];

export function ShortcutSheet() {
  const [opened, { toggle, close }] = useDisclosure(false);
  useShortcut("shortcuts", toggle);
  return (
    <Modal opened={opened} onClose={close} title={words.title} size={760} closeButtonProps={{ "aria-label": text.common.close }}>
      <div className={classes.sheet}>
        <Group title={words.everywhere} ids={shortcutIds.filter((id) => !inVisit.includes(id))} />
        <div>
          <Group title={words.inVisit} ids={inVisit} />
          <h3>{words.tables}</h3>
          <dl>
            {words.tableKeys.map(([keys, what]) => (
              <div key={keys}>
                <dt>{what}</dt>
                <dd>{keys}</dd>
              </div>
            ))}
          </dl>
        </div>
      </div>
    </Modal>
  );
}

export function Group({ title, ids }: { title: string; ids: readonly ShortcutId[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <dl>
        {ids.map((id) => (
          <div key={id}>
            <dt>{shortcutLabel(id)}</dt>
            <dd>
              <Keys of={id} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
