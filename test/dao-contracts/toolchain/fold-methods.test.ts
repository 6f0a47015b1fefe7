import { expect } from 'chai';
import { foldMethods } from '@commonweights/dao-contracts/toolchain/snapshot/fold-methods.js';

/** As the exporter's functions look when the bundler has made them short. */
const method = (name: string, as: string, rest = 'x.save(_contract)'): string =>
  `function ${name}(){let _state=x._getState();if(!_state){throw 1}let _contract=x._create(),` +
  `_args=x._getArgs(),_result=_contract.${as}(_args);${rest}}`;

describe('methods of a contract', () => {
  it('that are equal but for their name become one function', () => {
    const source = `var x=1;${method('a', 'a')}var y;${method('b2', 'b')}${method('c', 'c', '')}z()`;
    expect(foldMethods(source)).to.equal(
      'function _callMethod0(_method){let _state=x._getState();if(!_state){throw 1}' +
        'let _contract=x._create(),_args=x._getArgs(),_result=_contract[_method](_args);' +
        'x.save(_contract)}var x=1;function a(){_callMethod0("a")}var y;' +
        `function b2(){_callMethod0("b")}${method('c', 'c', '')}z()`,
    );
  });

  it('of two kinds become two', () => {
    const both = ['a', 'b'].map((name) => method(name, name) + method(`${name}v`, `${name}v`, ''));
    const folded = foldMethods(both.join(''));
    expect(folded.match(/function _callMethod/g)).to.have.length(2);
    expect(folded).to.include('function a(){_callMethod0("a")}function av(){_callMethod1("av")}');
  });

  it('are left alone where they look otherwise, or the name is taken', () => {
    for (const source of [
      '',
      'function a(){return 1}function b(){return 1}',
      method('a', 'a'),
      method('a', 'a').replace('_args)', '_args,_contract.a(_args))') + method('b', 'b'),
      method('a', 'a').slice(0, -1),
      `var _callMethod=1;${method('a', 'a')}${method('b', 'b')}`,
      method('a', 'a', ' '.repeat(2000)) + method('b', 'b', ' '.repeat(2000)),
    ]) {
      expect(foldMethods(source)).to.equal(source);
    }
  });
});
