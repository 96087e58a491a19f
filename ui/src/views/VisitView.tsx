// The workspace of one visit: chart on the left, note in the middle, call on the right.
import { Loader } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { CallPane } from "../features/call/CallPane";
import { NotePane } from "../features/note/NotePane";
import { ChartPane } from "../features/visit/ChartPane";
import { IdentityStrip } from "../features/visit/IdentityStrip";
import { type Layout, layouts, matchingLayout } from "../features/visit/layouts";
import { VisitBar } from "../features/visit/VisitBar";
import { useRead } from "../parts/api";
import { Problem } from "../parts/Bits";
import { PatientBand } from "../parts/PatientBand";
import { Panes } from "../parts/Panes";
import { useShortcut } from "../parts/shortcuts";
import { text } from "../strings/en";

const PANES = ["chart", "note", "call"];

export function VisitView({ id }: { id: string }) {
  const query = useRead("encounter.get", { encounter: id });
  const [shares, setShares] = useLocalStorage<number[]>({
    key: "rounds-visit-panes",
    defaultValue: layouts.write,
    getInitialValueInEffect: false,
  });
  useShortcut("focusChart", () => focusPane("chart"));
  useShortcut("nextPane", focusNextPane);

  if (query.isError && !query.data) {
    return (
      <div style={{ padding: 16 }}>
        <Problem title={text.common.unnamedFault}>{query.error.message}</Problem>
      </div>
    );
  }
  if (!query.data) return <Loader m="auto" aria-label={text.visit.loadingVisit} />;
  const visit = query.data;
  const setLayout = (layout: Layout) => setShares(layouts[layout]);

  return (
    <>
      <PatientBand
        patient={visit.patient}
        allergies={visit.chart.allergies}
        aside={<VisitBar visit={visit} layout={matchingLayout(shares)} onLayout={setLayout} />}
      />
      <IdentityStrip visit={visit} />
      <div style={{ flex: 1, minHeight: 0 }} data-testid="visit" data-encounter={visit.id} data-state={visit.state.is}>
        <Panes
          shares={shares}
          onShares={setShares}
          panes={[
            { id: "chart", label: text.visit.chart, min: 180, content: <ChartPane visit={visit} /> },
            { id: "note", label: text.visit.note, min: 300, content: <NotePane visit={visit} /> },
            { id: "call", label: text.visit.call, min: 320, content: <CallPane visit={visit} /> },
          ]}
        />
      </div>
    </>
  );
}

function focusPane(id: string): void {
  document.querySelector<HTMLElement>(`[data-pane="${id}"]`)?.focus();
}

function focusNextPane(): void {
  const here = document.activeElement?.closest<HTMLElement>("[data-pane]")?.dataset["pane"];
  const next = PANES[(PANES.indexOf(here ?? "") + 1) % PANES.length];
  if (next) focusPane(next);
}
