/** 对一个发布不利的事实。 */
import type { Texts } from '../texts.js';

export const warnings: Texts['warnings'] = {
  tainted: ({ rounds }) => (
    <>
      第 {rounds}{' '}
      轮中留有错误的工作：数量太少而没有重做，做出它的人已被除名。它对模型的影响无人知晓。
    </>
  ),
  blocked: ({ datasets }) => <>它所学习的数据现在有争议或已撤回：{datasets}。</>,
  unknown: '在此无法读取它的轮次中是否留有错误的工作；请验证它。',
  downloadsUnchecked:
    '单个文件按登记处所存的样子下载，浏览器不作检查；“在本页面验证”和命令会检查。',
};
