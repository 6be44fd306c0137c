/** Parts of the page that not everyone opens: loaded when they are. */

import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Empty, Loading } from '../parts/states.tsx';

/** @param name for who waits */
export function lazy<Props extends object>(name: string, load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  let loaded: FunctionComponent<Props> | undefined;
  return function Lazy(props: Props) {
    const [Ready, setReady] = useState<FunctionComponent<Props> | undefined>(() => loaded);
    const [isMissing, setMissing] = useState(false);
    useEffect(() => {
      if (Ready !== undefined) return;
      load().then(
        (component) => {
          loaded = component;
          setReady(() => component);
        },
        () => setMissing(true),
      );
    }, [Ready]);
    if (isMissing) {
      // The host was updated since the page was loaded: its chunks have other names now.
      return (
        <Empty title="This part of the page could not be loaded">
          <p>The host may be of another version by now, or may not answer.</p>
          <button type="button" class="button" onClick={() => window.location.reload()}>
            Load the page anew
          </button>
        </Empty>
      );
    }
    return Ready === undefined ? <Loading label={name} height={240} /> : <Ready {...props} />;
  };
}
