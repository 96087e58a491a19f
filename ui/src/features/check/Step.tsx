// One step of the check: what it is, how it came out, and what to do about it.
import { Button } from "@mantine/core";
import { IconCircleCheck, IconCircleDashed, IconCircleX, IconLock, IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Tag, type Tone } from "../../parts/Bits";
import { text } from "../../strings/en";
import type { CheckOutcome } from "../../types";
import classes from "./Check.module.css";

const words = text.check;
const tones: Record<CheckOutcome, Tone> = { good: "good", poor: "warn", failed: "bad", blocked: "bad", skipped: "plain" };
const icons: Record<CheckOutcome, ReactNode> = {
  good: <IconCircleCheck />,
  poor: <IconAlertTriangle />,
  failed: <IconCircleX />,
  blocked: <IconLock />,
  skipped: <IconCircleDashed />,
};

interface StepProps {
  number: number;
  title: string;
  icon: ReactNode;
  outcome: CheckOutcome;
  fix: string;
  children: ReactNode;
}

export function Step({ number, title, icon, outcome, fix, children }: StepProps) {
  const bad = outcome === "failed" || outcome === "blocked" || outcome === "poor";
  return (
    <section className={classes.step} aria-label={title} data-testid="check-step" data-outcome={outcome}>
      <header>
        {icon}
        <h2>
          <span className="hidden-visually">{words.step(number)}: </span>
          {title}
        </h2>
        <span aria-live="polite">
          <Tag tone={tones[outcome]} icon={icons[outcome]}>
            {words.results[outcome]}
          </Tag>
        </span>
      </header>
      <div className={classes.body}>{children}</div>
      {bad && <p className={classes.fix}>{fix}</p>}
    </section>
  );
}

interface AskProps {
  question: string;
  value: CheckOutcome;
  onAnswer: (outcome: CheckOutcome) => void;
  withPoor?: boolean;
}

export function Ask({ question, value, onAnswer, withPoor = false }: AskProps) {
  const answers: [CheckOutcome, string][] = [
    ["good", words.yes],
    ...(withPoor ? [["poor", words.poor] as [CheckOutcome, string]] : []),
    ["failed", words.no],
  ];
  return (
    <div className={classes.ask} role="group" aria-label={question}>
      <b>{question}</b>
      {answers.map(([outcome, label]) => (
        <Button
          key={outcome}
          size="xs"
          aria-pressed={value === outcome}
          variant={value === outcome ? "light" : "default"}
          onClick={() => onAnswer(outcome)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
