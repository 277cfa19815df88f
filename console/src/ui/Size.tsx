import { exactBytes, formatSize } from '../lib/sizes';
import { useWords } from '../messages';

/** A size: three figures, exact bytes on hover. */
export function Size({ bytes }: { bytes: number | null | undefined }) {
  const { t, locale } = useWords();
  if (bytes === null || bytes === undefined) return <span className="soft">–</span>;
  return (
    <span className="number" title={t('kit.bytes', { n: bytes, exact: exactBytes(bytes, locale) })}>
      {formatSize(bytes, locale)}
    </span>
  );
}
