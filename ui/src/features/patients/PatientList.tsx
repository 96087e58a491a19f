// Search as you type over all patients: the store is on this computer, so every key asks it.
import { Button, CloseButton, TextInput } from "@mantine/core";
import { IconSearch, IconUserPlus, IconUsers } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useRead } from "../../parts/api";
import { Empty, Problem } from "../../parts/Bits";
import { plainDate } from "../../parts/format";
import { languageName } from "../../parts/people";
import { announce } from "../../parts/announce";
import { text } from "../../strings/en";
import type { PatientBrief } from "../../types";
import { NewPatient } from "./NewPatient";
import { NewVisit } from "./NewVisit";
import classes from "./Patients.module.css";

const words = text.patients;
const LIMIT = 100;

export function PatientList() {
  const [, go] = useLocation();
  const [query, setQuery] = useState("");
  const [cursor, setCursor] = useState(0);
  const [creating, setCreating] = useState(false);
  const [visitFor, setVisitFor] = useState<PatientBrief | null>(null);
  const list = useRef<HTMLTableSectionElement>(null);
  const search = useRead("patient.search", { text: query.trim(), limit: LIMIT }, { keepLast: true });
  const patients = search.data?.patients ?? [];
  const at = Math.min(cursor, Math.max(0, patients.length - 1));

  useEffect(() => {
    if (search.data && query.trim() !== "") announce(words.count(search.data.patients.length, search.data.total));
  }, [search.data, query]);

  const open = (patient: PatientBrief) => go(`/patients/${patient.id}`);
  const move = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(patients.length - 1, at + by));
      setCursor(next);
      list.current?.rows[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      const patient = patients[at];
      if (patient) open(patient);
    }
  };

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1>{words.title}</h1>
        <TextInput
          className={classes.search}
          type="search"
          aria-label={words.search}
          aria-controls="patient-results"
          aria-describedby="patient-cursor"
          placeholder={words.searchHint}
          leftSection={<IconSearch size={17} />}
          rightSection={query && <CloseButton size="sm" aria-label={text.note.clear} onClick={() => setQuery("")} />}
          value={query}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setCursor(0);
          }}
          onKeyDown={move}
        />
        <span id="patient-cursor" className="hidden-visually" aria-live="polite">
          {query.trim() !== "" && patients[at] ? `${patients[at].name}, ${plainDate(patients[at].birth_date)}` : ""}
        </span>
        <span className={classes.count} data-testid="patient-count">
          {search.data && words.count(patients.length, search.data.total)}
          {search.data && query.trim() === "" && patients.length > 1 && ` · ${words.newest}`}
        </span>
        <div className={classes.grow} />
        <Button variant="filled" leftSection={<IconUserPlus size={17} />} onClick={() => setCreating(true)}>
          {words.newPatient}
        </Button>
      </header>
      {search.isError && <Problem title={text.common.unnamedFault}>{search.error.message}</Problem>}
      <div className={classes.scroll}>
        {search.data && patients.length === 0 && (
          <Empty
            icon={<IconUsers size={26} stroke={1.6} />}
            title={search.data.total === 0 ? words.emptyTitle : words.noneTitle}
            action={<Button onClick={() => setCreating(true)}>{words.newPatient}</Button>}
          >
            {search.data.total === 0 ? words.emptyText : words.noneText(query.trim())}
          </Empty>
        )}
        {patients.length > 0 && (
          <table className={classes.table} aria-label={words.results}>
            <thead>
              <tr>
                {(Object.keys(words.columns) as (keyof typeof words.columns)[]).map((column) => (
                  <th key={column} scope="col">
                    {words.columns[column]}
                  </th>
                ))}
                <th scope="col">
                  <span className="hidden-visually">{text.queue.columns.action}</span>
                </th>
              </tr>
            </thead>
            <tbody ref={list} id="patient-results">
              {patients.map((patient, index) => (
                <tr
                  key={patient.id}
                  data-cursor={index === at || undefined}
                  data-testid="patient-row"
                  data-patient={patient.id}
                  onClick={() => open(patient)}
                >
                  <td className={classes.name}>
                    <Link href={`/patients/${patient.id}`} onClick={(event) => event.stopPropagation()}>
                      {patient.name}
                    </Link>
                  </td>
                  <td className="num">{plainDate(patient.birth_date)}</td>
                  <td className="num">{text.patient.years(patient.age)}</td>
                  <td>{text.patient.sexes[patient.sex]}</td>
                  <td className="num">{patient.mrn}</td>
                  <td>
                    {languageName(patient.language)}
                    {patient.interpreter && <span className={classes.interpreter}> · {text.patient.interpreter}</span>}
                  </td>
                  <td>
                    <Button
                      size="xs"
                      aria-label={words.visitFor(patient.name)}
                      onClick={(event) => {
                        event.stopPropagation();
                        setVisitFor(patient);
                      }}
                    >
                      {words.newVisit}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {search.data?.more && <p className={classes.more}>{words.more}</p>}
      </div>
      <NewPatient opened={creating} onClose={() => setCreating(false)} onCreated={open} />
      <NewVisit patient={visitFor} onClose={() => setVisitFor(null)} />
    </div>
  );
}
