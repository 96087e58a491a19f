// A field for a moment: typed in short, kept in full, or "now" with one press.
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { text } from "../strings/en";
import classes from "./Bits.module.css";
import { completeMoment, type Direction, readMoment, writtenMoment } from "./moments";

const words = text.moment;

interface Props {
  id?: string;
  label?: string;
  value: string;
  direction: Direction;
  disabled?: boolean;
  describedBy?: string;
  /** What else is wrong with what was written. */
  error?: string | null;
  onChange: (value: string) => void;
}

export function MomentInput({ id, label, value, direction, disabled = false, describedBy, error = null, onChange }: Props) {
  // While it is being typed the field shows what was typed. What is kept is the moment that it means now: left for
  // tomorrow, "22:15" would mean another day.
  const [typing, setTyping] = useState<string | null>(null);
  const unreadable = value.trim() !== "" && readMoment(value, new Date(), direction) === null;
  return (
    <TextInput
      id={id}
      label={label}
      className={classes.moment}
      value={typing ?? value}
      placeholder={words.placeholder}
      disabled={disabled}
      aria-describedby={describedBy}
      error={typing !== null ? null : unreadable ? words.unreadable : error}
      rightSection={
        !disabled && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={words.nowFor}
            onClick={() => {
              setTyping(null);
              onChange(writtenMoment(new Date()));
            }}
          >
            {words.now}
          </Button>
        )
      }
      rightSectionWidth={60}
      onChange={(event) => {
        setTyping(event.currentTarget.value);
        onChange(completeMoment(event.currentTarget.value, new Date(), direction));
      }}
      onBlur={() => setTyping(null)}
    />
  );
}
