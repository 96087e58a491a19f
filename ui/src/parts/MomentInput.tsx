// A field for a moment: typed in short, written out in full when it is left, or "now" with one press.
import { Button, TextInput } from "@mantine/core";
import { text } from "../strings/en";
import classes from "./Bits.module.css";
import { completeMoment, readMoment, writtenMoment } from "./moments";

const words = text.moment;

interface Props {
  id?: string;
  label?: string;
  value: string;
  disabled?: boolean;
  describedBy?: string;
  onChange: (value: string) => void;
}

export function MomentInput({ id, label, value, disabled = false, describedBy, onChange }: Props) {
  const unreadable = value.trim() !== "" && readMoment(value, new Date()) === null;
  return (
    <TextInput
      id={id}
      label={label}
      className={classes.moment}
      value={value}
      placeholder={words.placeholder}
      disabled={disabled}
      aria-describedby={describedBy}
      // The core knows moments written out in full only: what is half typed here may be one by the time it is left.
      error={unreadable ? words.unreadable : null}
      rightSection={
        !disabled && (
          <Button size="compact-xs" variant="subtle" aria-label={words.nowFor} onClick={() => onChange(writtenMoment(new Date()))}>
            {words.now}
          </Button>
        )
      }
      rightSectionWidth={60}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={() => {
        const complete = completeMoment(value, new Date());
        if (complete !== value) onChange(complete);
      }}
    />
  );
}
