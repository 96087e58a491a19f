// Who is signed in, for the screens below.
import { createContext, useContext } from "react";
import type { PracticeView, StartView, UserView } from "../types";

export interface Session {
  practice: PracticeView;
  user: UserView;
  start: StartView;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("BUG: this screen is only shown to somebody who is signed in");
  return session;
}
