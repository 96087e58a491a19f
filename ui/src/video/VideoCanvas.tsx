// A canvas that shows one stream.
import { useEffect, useRef } from "react";
import { onPicture, playerOf } from "./registry";
import classes from "./VideoCanvas.module.css";

interface Props {
  stream: number;
  label: string;
  mirrored?: boolean;
  cover?: boolean;
  testId: string;
}

export function VideoCanvas({ stream, label, mirrored = false, cover = false, testId }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const player = playerOf(stream);
    player.attach(canvas);
    // Written past React: thirty times a second is no reason to render anything.
    const stop = onPicture(stream, (picture) => {
      canvas.dataset["frames"] = String(picture.painted);
      canvas.dataset["dropped"] = String(picture.dropped);
      canvas.dataset["width"] = String(picture.width);
      canvas.dataset["height"] = String(picture.height);
    });
    return () => {
      stop();
      player.detach(canvas);
    };
  }, [stream]);

  return (
    <canvas
      ref={ref}
      role="img"
      aria-label={label}
      data-testid={testId}
      data-frames="0"
      className={classes.canvas}
      data-mirrored={mirrored || undefined}
      data-cover={cover || undefined}
    />
  );
}
