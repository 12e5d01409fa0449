// A page or grant whose unmapping, or whose end of access, failed is still in another's
// hands: it is leaked, never freed (XSA-371).  So who unmaps says whether it went well,
// and who asks for it looks at the answer before the page is freed.
virtual report

@ignored exists@
identifier f =~ "^(gnttab_unmap_refs|gnttab_end_foreign_access_ref|gnttab_unmap_refs_sync)$";
position p;
@@
f@p(...);

@ignored_op exists@
position p;
@@
HYPERVISOR_grant_table_op@p(GNTTABOP_unmap_grant_ref, ...);

@script:python@ p << ignored_op.p; @@
print("%s:%s: unmap_free: %s(): what GNTTABOP_unmap_grant_ref says is ignored" % (p[0].file, p[0].line, p[0].current_element))

@script:python@ p << ignored.p; f << ignored.f; @@
print("%s:%s: unmap_free: %s(): what %s says is ignored" % (p[0].file, p[0].line, p[0].current_element, f))

@mute@
identifier g; position p;
identifier f =~ "^(gnttab_unmap_refs|gnttab_unmap_refs_sync)$";
@@
void g@p(...) { <+... f(...) ...+> }

@frees exists@
identifier mute.g; position p; identifier h; type T;
identifier fr =~ "^(gnttab_free_pages|__free_page|free_page|xen_free_unpopulated_pages)$";
@@
T h(...) { ... g(...); ... fr@p(...) ... }

@script:python@ p << frees.p; g << mute.g; fr << frees.fr; @@
print("%s:%s: unmap_free: %s(): %s after %s, which does not say whether it failed" % (p[0].file, p[0].line, p[0].current_element, fr, g))

@straight exists@
identifier h; position p; type T; statement S; expression e;
identifier f =~ "^(gnttab_unmap_refs|gnttab_unmap_refs_sync)$";
identifier fr =~ "^(gnttab_free_pages|__free_page|free_page|xen_free_unpopulated_pages)$";
@@
T h(...) { ...
(
 if (<+... f(...) ...+>) { ... return e; }
|
 if (<+... f(...) ...+>) { ... return; }
|
 if (<+... f(...) ...+>) S
 ... when any
 fr@p(...);
)
 ... when any
}

@script:python@ p << straight.p; fr << straight.fr; @@
print("%s:%s: unmap_free: %s(): %s although the unmapping may have failed" % (p[0].file, p[0].line, p[0].current_element, fr))

@straight_op exists@
identifier h; position p; type T; statement S; expression e;
@@
T h(...) { ...
(
 if (<+... HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, ...) ...+>) { ... return e; }
|
 if (<+... HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, ...) ...+>) { ... return; }
|
 if (<+... HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, ...) ...+>) S
 ... when any
 vunmap@p(...);
)
 ... when any
}

@script:python@ p << straight_op.p; @@
print("%s:%s: unmap_free: %s(): vunmap although the unmapping may have failed" % (p[0].file, p[0].line, p[0].current_element))
