// The queue board.
import { QueueBoard } from "../features/queue/QueueBoard";

export function QueueView() {
  return <QueueBoard />;
}
