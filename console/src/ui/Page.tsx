import { type ReactNode, useEffect, useRef } from 'react';
import { announce } from './announce';
import { takePageChange } from './focus';
import css from './Page.module.css';

/** Head and body of a page: the one `h1`, what it says of itself, its buttons. */
export function Page({
  title,
  label,
  status,
  about,
  actions,
  trail,
  children,
}: {
  /** Text of the heading and of the browser's title. */
  title: string;
  /** What kind of thing it is, for the browser's title: "web-01 – Elastic Cloud Server". */
  label?: string;
  /** Beside the heading. */
  status?: ReactNode;
  /** Below the heading. */
  about?: ReactNode;
  actions?: ReactNode;
  /** Way back up. */
  trail?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = [title, label, 'Coffer'].filter(Boolean).join(' – ');
  }, [title, label]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!title || !takePageChange()) return;
    heading.current?.focus({ preventScroll: true });
    announce(title);
  }, [title]);
  return (
    <>
      {trail ? <div className={css.trail}>{trail}</div> : null}
      <div className={css.head}>
        <div className={css.names}>
          <div className={css.title}>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {status}
          </div>
          {about ? <div className={css.about}>{about}</div> : null}
        </div>
        {actions ? <div className={css.actions}>{actions}</div> : null}
      </div>
      {children}
    </>
  );
}

/** A framed part of a page. */
export function Section({
  title,
  aside,
  children,
  plain = false,
}: {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  plain?: boolean;
}) {
  return (
    <section className={plain ? css.plain : css.section}>
      {title ? (
        <div className={css.caption}>
          <h2>{title}</h2>
          {aside}
        </div>
      ) : null}
      {children}
    </section>
  );
}

/** Names and values. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={css.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Search box at the left, buttons at the right of a list. */
export function Toolbar({ children }: { children: ReactNode }) {
  return <div className={css.toolbar}>{children}</div>;
}
