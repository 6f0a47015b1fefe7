import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeDataFolder } from '@commonweights/cli/main-job/data-folder.js';

const mark = '.made-by-the-main-job';

describe('the main job’s folder', () => {
  let above: string;
  let folder: string;
  beforeEach(async () => {
    above = await mkdtemp(join(tmpdir(), 'cw-main-job-'));
    folder = join(above, 'deep', 'data');
  });
  afterEach(() => rm(above, { recursive: true }));
  const names = () => readdir(folder);
  const refusal = async () => {
    const failure = await takeDataFolder(folder).then(
      () => null,
      (error: Error) => error,
    );
    if (!failure) throw new Error('nothing was refused');
    return failure;
  };

  it('is made where there is none, and marked', async () => {
    await takeDataFolder(folder);
    expect(await names()).to.deep.equal([mark]);
  });

  it('is taken when it is empty', async () => {
    await mkdir(folder, { recursive: true });
    await takeDataFolder(folder);
    expect(await names()).to.deep.equal([mark]);
  });

  it('is emptied when it is its own, however deep', async () => {
    await takeDataFolder(folder);
    await mkdir(join(folder, 'chain', 'blocks'), { recursive: true });
    await writeFile(join(folder, 'chain', 'blocks', '1'), 'block');
    await writeFile(join(folder, '.hidden'), 'too');
    await takeDataFolder(folder);
    expect(await names()).to.deep.equal([mark]);
  });

  it('is left alone when it holds what somebody else keeps there', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'thesis.txt'), 'years of work');
    const failure = await refusal();
    expect(failure.message).to.match(/^FOLDER_NOT_OURS: .*data holds files .*; name an .* --data$/);
    expect(failure).to.include({ exitCode: 2 });
    expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).to.equal('years of work');
    expect(await names()).to.deep.equal(['thesis.txt']);
  });

  it('is not emptied through a link into somebody else’s', async () => {
    const elsewhere = join(above, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'thesis.txt'), 'years of work');
    await takeDataFolder(folder);
    await symlink(elsewhere, join(folder, 'link'));
    await takeDataFolder(folder);
    expect(await names()).to.deep.equal([mark]);
    expect(await readdir(elsewhere)).to.deep.equal(['thesis.txt']);
  });

  it('never loses its mark, so that a start that is broken off can be repeated', async () => {
    await takeDataFolder(folder);
    const { ino } = await stat(join(folder, mark));
    await writeFile(join(folder, 'file'), '');
    await takeDataFolder(folder);
    expect((await stat(join(folder, mark))).ino).to.equal(ino);
  });

  it('is refused where there is a file', async () => {
    await mkdir(join(above, 'deep'));
    await writeFile(folder, 'a file');
    expect((await refusal()).message).to.match(/EEXIST|ENOTDIR/);
    expect(await readFile(folder, 'utf8')).to.equal('a file');
  });
});
