/**
 * Patches that take the cycle collector out of the engine. A call ends with its instance thrown
 * away, so cycles are never collected; but the lists that the collector walks cost eight bytes in
 * every object of the snapshot, some instructions for every object of a call, and the functions that
 * visit an object's children. Reference counting stays as it is.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

/** What waits to be freed is chained through its reference count, which is zero and nobody's. */
const noLists: readonly Patch[] = [
  {
    file,
    find: '    uint16_t dummy2; /* not used by the GC */\n    struct list_head link;\n',
    replace: '    uint16_t dummy2; /* not used by the GC */\n',
    why: 'eight bytes of every object, for lists that nobody walks',
  },
  {
    file,
    find: '    JSValue value; /* used when the variable is no longer on the stack */\n',
    replace: '    union { JSValue value; struct list_head link; };\n',
    why: 'a variable on the stack is in a list of its frame, and its value is elsewhere',
  },
  {
    file,
    find: 'var_ref->header.link',
    times: 3,
    replace: 'var_ref->link',
    why: 'see above',
  },
  {
    file,
    find: 'list_entry(el, JSVarRef, header.link)',
    times: 3,
    replace: 'list_entry(el, JSVarRef, link)',
    why: 'see above',
  },
  {
    file,
    find:
      '            var_ref->value = JS_DupValue(ctx, sf->var_buf[var_idx]);\n' +
      '            var_ref->pvalue = &var_ref->value;\n            list_del(&var_ref->link);\n',
    replace:
      '            list_del(&var_ref->link);\n' +
      '            var_ref->value = JS_DupValue(ctx, sf->var_buf[var_idx]);\n' +
      '            var_ref->pvalue = &var_ref->value;\n',
    why: 'the value takes the place of the link',
  },
  {
    file,
    find: '        var_ref->pvalue = &sf->var_buf[var_idx];\n    var_ref->value = JS_UNDEFINED;\n',
    replace: '        var_ref->pvalue = &sf->var_buf[var_idx];\n',
    why: 'the value takes the place of the link',
  },
  {
    file,
    find: '    h->gc_obj_type = type;\n    list_add_tail(&h->link, &rt->gc_obj_list);\n',
    replace: '    h->gc_obj_type = type;\n',
    why: 'there is no list of all objects',
  },
  {
    file,
    find: '{\n    list_del(&h->link);\n}\n',
    replace: '{\n}\n',
    why: 'there is no list of all objects',
  },
  ...['&old_sh', '&sh'].flatMap((shape) => [
    {
      file,
      find: new RegExp(`^ +list_del\\(${shape}->header\\.link\\);\\n`, 'gm'),
      times: shape === '&sh' ? 1 : 2,
      replace: '',
      why: 'there is no list of all objects',
    },
  ]),
  {
    file,
    find: /^ +list_add_tail\(&sh->header\.link, &ctx->rt->gc_obj_list\);\n/gm,
    times: 4,
    replace: '',
    why: 'there is no list of all objects',
  },
  ...['p', 'b'].map((name) => ({
    file,
    find:
      `    if (rt->gc_phase == JS_GC_PHASE_REMOVE_CYCLES && ${name}->header.ref_count != 0) {\n` +
      `        list_add_tail(&${name}->header.link, &rt->gc_zero_ref_count_list);\n` +
      `    } else {\n        js_free_rt(rt, ${name});\n    }\n`,
    replace: `    js_free_rt(rt, ${name});\n`,
    why: 'that phase is part of collecting cycles',
  })),
  {
    file,
    find: '    struct list_head gc_zero_ref_count_list; \n',
    replace: '    JSGCObjectHeader *gc_zero_ref_count_list;\n',
    why: 'chained through reference counts',
  },
  {
    file,
    find: '    init_list_head(&rt->gc_obj_list);\n    init_list_head(&rt->gc_zero_ref_count_list);\n',
    replace: '    init_list_head(&rt->gc_obj_list);\n',
    why: 'it starts as NULL',
  },
  {
    file,
    find: '        el = rt->gc_zero_ref_count_list.next;\n',
    until: '        free_gc_object(rt, p);\n    }\n    rt->gc_phase',
    replace:
      '        p = rt->gc_zero_ref_count_list;\n        if (!p)\n            break;\n' +
      '        rt->gc_zero_ref_count_list = (JSGCObjectHeader *)p->ref_count;\n' +
      '        p->ref_count = 0;\n',
    why: 'chained through reference counts',
  },
  {
    file,
    find: '            if (rt->gc_phase != JS_GC_PHASE_REMOVE_CYCLES) {\n                list_del(&p->link);\n',
    until: '                if (rt->gc_phase == JS_GC_PHASE_NONE) {\n',
    replace:
      '            {\n                p->ref_count = (int)rt->gc_zero_ref_count_list;\n' +
      '                rt->gc_zero_ref_count_list = p;\n',
    why: 'chained through reference counts',
  },
];

export const noGcPatches: readonly Patch[] = [
  {
    file,
    find: 'static void gc_decref_child(JSRuntime *rt, JSGCObjectHeader *p)\n{',
    until: '/* Return false if not an object or if the object has already been\n',
    replace: 'void JS_RunGC(JSRuntime *rt)\n{\n}\n\n',
    why: 'the collector itself',
  },
  {
    file,
    find: 'void JS_ComputeMemoryUsage(JSRuntime *rt, JSMemoryUsage *s)\n{',
    until: 'JSValue JS_GetGlobalObject(JSContext *ctx)\n',
    replace: '',
    why: 'it walks the list of all objects; nobody asks',
  },
  {
    file,
    find: 'static __maybe_unused void JS_DumpShapes(JSRuntime *rt)\n{',
    until:
      'static JSValue JS_NewObjectFromShape(JSContext *ctx, JSShape *sh, JSClassID class_id)\n{',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: 'static JSClassShortDef const js_std_class_def[] = {',
    until: 'static int init_class_range(',
    replace: (text) => text.replaceAll(/, js_\w+_mark \}/g, ', NULL }'),
    why: 'visiting the children of an object is the collector’s business',
  },
  ...noLists,
];
