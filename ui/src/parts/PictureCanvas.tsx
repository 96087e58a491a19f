// Draws a picture from bytes in memory: it never becomes a file or an address.
import { useEffect, useRef, useState } from "react";
import { text } from "../strings/en";
import classes from "./PictureCanvas.module.css";

interface Props {
  bytes: ArrayBuffer;
  mediaType: string;
  label: string;
  /** Longest side in pixels; the full size without it. */
  most?: number;
}

export function PictureCanvas({ bytes, mediaType, label, most }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let current = true;
    createImageBitmap(new Blob([bytes], { type: mediaType })).then(
      (bitmap) => {
        const canvas = ref.current;
        if (current && canvas) {
          const scale = most ? Math.min(1, most / Math.max(bitmap.width, bitmap.height)) : 1;
          canvas.width = Math.round(bitmap.width * scale);
          canvas.height = Math.round(bitmap.height * scale);
          canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        }
        bitmap.close();
      },
      () => current && setFailed(true),
    );
    return () => {
      current = false;
    };
  }, [bytes, mediaType, most]);
  if (failed) return <p role="alert">{text.common.unnamedFault}</p>;
  return <canvas ref={ref} className={classes.picture} role="img" aria-label={label} />;
}
