import type { Tag } from '../../api/vaults';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Form';
import css from './vaults.module.css';

/** Most tags of a vault. */
export const mostTags = 20;

/** Keys and values of tags as the server takes them (TAG-03, TAG-04). */
export const tagKeyRule = /^[\p{L}\p{N}_-]{1,36}$/u;
export const tagValueRule = /^[\p{L}\p{N}_.-]{0,43}$/u;

/** Whether one of the tags would be refused. */
export const badTags = (tags: readonly Tag[]): boolean =>
  tags.some((tag) => !tagKeyRule.test(tag.key) || !tagValueRule.test(tag.value)) ||
  new Set(tags.map((tag) => tag.key)).size !== tags.length;

/** Keys and values, one row each. */
export function TagFields({
  tags,
  onChange,
  most,
  shown,
}: {
  tags: readonly Tag[];
  onChange: (tags: Tag[]) => void;
  most: number;
  shown: boolean;
}) {
  const { t } = useWords();
  const set = (at: number, change: Partial<Tag>) =>
    onChange(tags.map((tag, index) => (index === at ? { ...tag, ...change } : tag)));
  return (
    <div className={css.tags}>
      {tags.map((tag, at) => {
        const empty = tag.key === '' && tag.value === '';
        const twice = tags.some((other, index) => index < at && other.key === tag.key && tag.key !== '');
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity beyond their place
          <div key={at} className={css.tag}>
            <TextField
              label={t('vaults.tag_key', { n: at + 1 })}
              value={tag.key}
              maxLength={36}
              shown={shown}
              error={
                empty
                  ? null
                  : twice
                    ? t('vaults.tag_twice')
                    : tagKeyRule.test(tag.key)
                      ? null
                      : t('vaults.tag_key_rule')
              }
              onChange={(key) => set(at, { key })}
            />
            <TextField
              label={t('vaults.tag_value', { n: at + 1 })}
              value={tag.value}
              maxLength={43}
              shown={shown}
              error={tagValueRule.test(tag.value) ? null : t('vaults.tag_value_rule')}
              onChange={(value) => set(at, { value })}
            />
            <Button
              kind="quiet"
              icon="close"
              aria-label={t('kit.remove', { what: tag.key || t('vaults.tag_key', { n: at + 1 }) })}
              onClick={() => onChange(tags.filter((_, index) => index !== at))}
            />
          </div>
        );
      })}
      <div>
        <Button
          icon="plus"
          reason={tags.length >= most ? t('vaults.tags_most', { n: most }) : undefined}
          onClick={() => onChange([...tags, { key: '', value: '' }])}
        >
          {t('vaults.tag_add')}
        </Button>
      </div>
    </div>
  );
}
