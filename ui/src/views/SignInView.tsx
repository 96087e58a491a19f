// Who sits at this computer.
import { Button, PasswordInput } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { Problem } from "../parts/Bits";
import { useCommand } from "../parts/api";
import { initials } from "../parts/format";
import { text } from "../strings/en";
import type { PracticeView, StartView, UserView } from "../types";
import { FrontPage } from "./FrontPage";
import classes from "./FrontPage.module.css";

const words = text.session;

interface Props {
  practice: PracticeView;
  users: UserView[];
  onStart: (view: StartView) => void;
}

export function SignInView({ practice, users, onStart }: Props) {
  const only = users.length === 1 && !practice.sample ? (users[0]?.id ?? null) : null;
  const [chosen, setChosen] = useState<string | null>(only);
  const [password, setPassword] = useState("");
  const signIn = useCommand("session.sign_in", { quiet: true, onDone: onStart });

  const choose = (user: UserView) => {
    signIn.clear();
    if (practice.sample) void signIn.run({ user: user.id, password: null });
    else setChosen(user.id);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen) void signIn.run({ user: chosen, password });
  };

  return (
    <FrontPage>
      <h1>{words.signInTo(practice.name)}</h1>
      <p>{practice.sample ? words.sampleSignIn : words.who}</p>
      <div className={classes.users} role="group" aria-label={words.who}>
        {users.map((user) => (
          <button
            key={user.id}
            type="button"
            className={classes.user}
            aria-pressed={practice.sample ? undefined : chosen === user.id}
            disabled={signIn.busy}
            onClick={() => choose(user)}
            data-testid="user"
          >
            <span className={classes.avatar} aria-hidden="true">
              {initials(user.name)}
            </span>
            <span>
              <strong>{user.name}</strong>
              <small>{user.title ?? text.roles[user.role]}</small>
            </span>
            <IconChevronRight size={18} aria-hidden="true" />
          </button>
        ))}
      </div>
      {chosen !== null && !practice.sample && (
        <form className={classes.form} onSubmit={submit} style={{ marginTop: 16 }}>
          <PasswordInput
            label={words.password}
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button variant="filled" type="submit" loading={signIn.busy}>
            {words.signIn}
          </Button>
        </form>
      )}
      {signIn.error && (
        <div style={{ marginTop: 12 }}>
          <Problem title={words.signInFailed}>{signIn.error.message}</Problem>
        </div>
      )}
    </FrontPage>
  );
}
