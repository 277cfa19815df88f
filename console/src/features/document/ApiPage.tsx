import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { plain } from '../../lib/prose';
import { useWords } from '../../messages';
import { Empty, Failure } from '../../ui/Failure';
import { TextField } from '../../ui/Form';
import { Page } from '../../ui/Page';
import { type Document, documentQuery, matching, operationsOf } from './document';
import css from './document.module.css';
import { OperationView } from './OperationView';

/** The API's document to read: every operation of the service, with nothing from outside. */
export default function ApiPage() {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(documentQuery);
  return (
    <Page
      title={t('api.title')}
      about={t('api.about')}
      actions={
        <a className={css.download} href="/openapi.json" download="openapi.json">
          {t('api.download')}
        </a>
      }
    >
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {data ? <Browser document={data} /> : null}
    </Page>
  );
}

function Browser({ document }: { document: Document }) {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/api' });
  const search = useSearch({ from: '/p/$project/api' });
  const navigate = useNavigate();
  const [text, setText] = useState(search.q ?? '');
  const [all] = useState(() => operationsOf(document));
  const found = matching(all, text);
  const chosen = all.find((each) => each.id === search.operation) ?? null;
  const tags = Map.groupBy(found, (each) => each.tag);
  return (
    <div className={css.columns}>
      <div className={css.index}>
        <TextField
          label={t('api.find')}
          type="search"
          data-search=""
          value={text}
          onChange={(q) => {
            setText(q);
            void navigate({
              to: '.',
              search: (before: Record<string, unknown>) => ({ ...before, q: q || undefined }),
              replace: true,
            } as never);
          }}
        />
        {found.length === 0 ? <Empty title={t('kit.no_match')} /> : null}
        <nav className={css.list} aria-label={t('api.operations')} hidden={found.length === 0}>
          {[...tags].map(([tag, operations]) => (
            <section key={tag}>
              <h2 className={css.tag}>{tag}</h2>
              <ul>
                {operations.map((each) => (
                  <li key={each.id}>
                    <Link
                      to="/p/$project/api"
                      params={{ project }}
                      search={{ q: text || undefined, operation: each.id }}
                      className={css.entry}
                      aria-current={each.id === chosen?.id ? 'true' : undefined}
                    >
                      <span className={css.method}>{each.method.toUpperCase()}</span>
                      <span className={css.path}>
                        <code>{each.path}</code>
                        <span className="soft">{plain(each.summary ?? '')}</span>
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </nav>
      </div>
      <div className={css.detail}>
        {chosen ? (
          <OperationView key={chosen.id} document={document} operation={chosen} />
        ) : (
          <p className="soft">{t('api.choose')}</p>
        )}
      </div>
    </div>
  );
}
