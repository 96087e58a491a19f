// The product's sign: a round with an opening, as on a clock face where somebody walks from bed to bed.
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect width="24" height="24" rx="6.5" fill="var(--accent)" />
      <path d="M16.9 14.8a5.7 5.7 0 1 1 .4-4.7" stroke="#fff" strokeWidth="2.1" strokeLinecap="round" />
      <circle cx="12" cy="12" r="1.7" fill="#fff" />
    </svg>
  );
}
