import { expect } from 'chai';
import { Teller, type Told } from '@commonweights/cli/work-teller.js';

const away = 'STORE_UNREACHABLE: the registry does not answer';

describe('what a worker tells at the terminal', () => {
  let lines: string[];
  let teller: Teller;
  beforeEach(() => {
    lines = [];
    const told = { note: (line: string) => void lines.push(line), terminal: { stderr: {} } };
    teller = new Teller(told as unknown as Told, 1);
  });
  const hinder = (message: string, times: number) => {
    for (let i = 0; i < times; i++) teller.tell({ kind: 'hindered', message });
  };

  it('says once what hinders it again and again, and how often when it goes on', () => {
    hinder(away, 40);
    expect(lines).to.deep.equal([`hindered: ${away}`]);
    teller.tell({ kind: 'rejoined' });
    expect(lines.slice(1)).to.deep.equal([
      'hindered by that 39 more times',
      'takes the seat up again from the next round',
    ]);
  });

  it('says what hinders it otherwise, and the same anew after something else', () => {
    hinder(away, 1);
    hinder('CHAIN_UNREACHABLE: no node', 2);
    hinder(away, 1);
    expect(lines).to.deep.equal([
      `hindered: ${away}`,
      'hindered: CHAIN_UNREACHABLE: no node',
      'hindered by that once more',
      `hindered: ${away}`,
    ]);
  });
});
