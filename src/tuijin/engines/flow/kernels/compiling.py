"""
How kernels are compiled.

Without exceptions (nothing divides by 0), small ones within their callers, and without the wrappers
that let Python call them; `formula` is for those that Python does call, or that are tested by
themselves.

Left to itself numba optimises each function with all it calls and makes machine code of it before
it goes on to the caller, which does the same again: minutes for a hundred functions that only the
loop calls. A `kernel` is kept as it comes from the front end and linked into its caller; the
optimiser runs once, over the loop with all that is in it.
"""

from __future__ import annotations

from typing import Any

from numba import _dynfunc, njit
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _Part(JITCodeLibrary):  # type: ignore[misc]  # numba carries no types
    """Code that is linked into its callers and never run by itself."""

    def _optimize_final_module(self) -> None:
        """The caller's turn comes."""

    def _finalize_final_module(self) -> None:
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerPart(NativeLowering):  # type: ignore[misc]  # as above
    """Lower a function and let its callers find it, without machine code of its own."""

    _name = "lower_part"

    def run_pass(self, state: Any) -> bool:
        library = _Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library, state.flags.no_compile = library, True
        super().run_pass(state)
        lowered = state["cr"]
        module = lowered.fndesc.lookup_module()
        name = lowered.fndesc.qualname
        stand_in = _dynfunc.make_function(module, name, "", 0, lowered.env, (library,))
        state.targetctx.insert_user_function(stand_in, lowered.fndesc, [library])
        state["cr"] = lowered._replace(cfunc=stand_in)
        return True


class _PartCompiler(Compiler):  # type: ignore[misc]  # as above
    """numba's compiler, but for the step that makes code."""

    def define_pipelines(self) -> Any:
        pipelines = super().define_pipelines()
        for pipeline in pipelines:
            pipeline.passes = [
                (_LowerPart if step is NativeLowering else step, why)
                for step, why in pipeline.passes
            ]
            pipeline.finalize()
        return pipelines


_PRIVATE = {
    "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
    "pipeline_class": _PartCompiler,
}  # fmt: skip

kernel = njit(**_PRIVATE)
inlined = njit(forceinline=True, **_PRIVATE)
formula = njit(error_model="numpy")
