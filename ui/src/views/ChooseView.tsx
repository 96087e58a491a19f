// A fresh computer: one question.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconBuildingHospital, IconCompass } from "@tabler/icons-react";
import { useState } from "react";
import { Problem } from "../parts/Bits";
import { useCommand } from "../parts/api";
import { text } from "../strings/en";
import type { StartView } from "../types";
import { FrontPage } from "./FrontPage";
import classes from "./FrontPage.module.css";

const words = text.session;
const LEAST_PASSWORD = 10;

export function ChooseView({ onStart }: { onStart: (view: StartView) => void }) {
  const [creating, setCreating] = useState(false);
  const explore = useCommand("practice.explore_sample", { quiet: true, onDone: onStart });
  if (creating) return <CreatePractice onBack={() => setCreating(false)} onStart={onStart} />;
  return (
    <FrontPage wide>
      <h1>{words.welcome}</h1>
      <p>{words.ask}</p>
      <div className={classes.choices}>
        <button type="button" className={classes.choice} disabled={explore.busy} onClick={() => void explore.run({})}>
          <IconCompass size={26} stroke={1.6} aria-hidden="true" />
          <strong>{words.explore}</strong>
          <span>{words.exploreHint}</span>
        </button>
        <button type="button" className={classes.choice} disabled={explore.busy} onClick={() => setCreating(true)}>
          <IconBuildingHospital size={26} stroke={1.6} aria-hidden="true" />
          <strong>{words.start}</strong>
          <span>{words.startHint}</span>
        </button>
      </div>
      {explore.error && <Problem title={text.common.unnamedFault}>{explore.error.message}</Problem>}
    </FrontPage>
  );
}

function CreatePractice({ onBack, onStart }: { onBack: () => void; onStart: (view: StartView) => void }) {
  const create = useCommand("practice.create", { quiet: true, onDone: onStart });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { practice: "", name: "", title: "", password: "", again: "", room: words.roomDefault },
    validate: {
      practice: (value) => (value.trim() === "" ? words.needed : null),
      name: (value) => (value.trim() === "" ? words.needed : null),
      room: (value) => (value.trim() === "" ? words.needed : null),
      password: (value) => (value.length < LEAST_PASSWORD ? words.tooShort : null),
      again: (value, all) => (value !== all.password ? words.notSame : null),
    },
  });
  const submit = form.onSubmit((values) => {
    void create.run({
      practice_name: values.practice.trim(),
      your_name: values.name.trim(),
      title: values.title.trim() || null,
      password: values.password,
      room_name: values.room.trim(),
    });
  });
  return (
    <FrontPage>
      <h1>{words.start}</h1>
      <p>{words.startHint}</p>
      <form className={classes.form} onSubmit={submit} noValidate>
        <TextInput
          label={words.practiceName}
          description={words.practiceNameHint}
          autoFocus
          key={form.key("practice")}
          {...form.getInputProps("practice")}
        />
        <TextInput label={words.yourName} autoComplete="name" key={form.key("name")} {...form.getInputProps("name")} />
        <TextInput label={words.title} description={words.titleHint} key={form.key("title")} {...form.getInputProps("title")} />
        <TextInput label={words.room} key={form.key("room")} {...form.getInputProps("room")} />
        <PasswordInput
          label={words.password}
          description={words.passwordHint}
          autoComplete="new-password"
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        <PasswordInput label={words.passwordAgain} autoComplete="new-password" key={form.key("again")} {...form.getInputProps("again")} />
        {create.error && <Problem title={text.common.unnamedFault}>{create.error.message}</Problem>}
        <div className={classes.row}>
          <Button onClick={onBack}>{words.back}</Button>
          <Button variant="filled" type="submit" loading={create.busy}>
            {words.create}
          </Button>
        </div>
      </form>
    </FrontPage>
  );
}
