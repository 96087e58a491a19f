// The device check of this computer.
import { DeviceCheckPage } from "../features/check/DeviceCheckPage";

export function CheckView() {
  return <DeviceCheckPage />;
}
