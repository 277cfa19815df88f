import { useParams } from '@tanstack/react-router';
import { type Image, isBeingMade } from '../../api/images';
import { useOpenDialog } from '../../app/dialogs';
import { useMay } from '../../app/useMay';
import type { Look } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';

export const imageLook = (image: Image): Look =>
  ({
    queued: { tone: 'busy', key: 'image.queued', passing: true },
    saving: { tone: 'busy', key: 'image.saving', passing: true },
    active: { tone: 'good', key: 'state.available' },
    killed: { tone: 'bad', key: 'state.error' },
  })[image.status] as Look;

/** Export of an image's disk: of one that is named, or of one that the dialog asks for. */
export function ExportImageButton({
  image,
  kind,
  disk,
  label,
}: {
  image: Image;
  kind: 'link' | 'plain';
  disk?: string;
  label?: string;
}) {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const { project = '' } = useParams({ strict: false });
  const denied = useMay(project)('ims:images:export');
  const notYet =
    image.status === 'active'
      ? undefined
      : t(isBeingMade(image) ? 'reason.image_not_ready' : 'reason.image_killed');
  return (
    <Button
      kind={kind}
      {...(kind === 'link' ? { 'aria-label': label } : { icon: 'export' as const })}
      reason={denied ? say(denied) : notYet}
      onClick={() => open('export-image', { id: image.id, ...(disk ? { disk: [disk] } : {}) })}
    >
      {t(kind === 'link' ? 'portable.export' : 'portable.export_image')}
    </Button>
  );
}

/** What is done with an image: a server made of it, or it is deleted. */
export function ImageActions({ image, kind }: { image: Image; kind: 'link' | 'plain' }) {
  const { t } = useWords();
  const open = useOpenDialog();
  return (
    <>
      <Button
        kind={kind === 'link' ? 'link' : 'primary'}
        reason={
          image.status === 'active'
            ? undefined
            : t(isBeingMade(image) ? 'reason.image_not_ready' : 'reason.image_killed')
        }
        onClick={() => open('create-server', { backup: [image.backup.id] })}
      >
        {t('create.server')}
      </Button>
      <Button
        kind={kind === 'link' ? 'link' : 'danger'}
        aria-label={t('image.delete_title', { name: image.name })}
        onClick={() => open('delete-image', { id: image.id })}
      >
        {t('image.delete')}
      </Button>
    </>
  );
}
