// A field of a shared ring page is read once, by READ_ONCE: read twice, the other domain
// may have changed it between the check and the use; read plainly, the compiler may read twice.
// A slot is copied out (RING_COPY_REQUEST, RING_COPY_RESPONSE), never used in place.
virtual report

@plain exists@
expression E; identifier f =~ "^(req|rsp)_(prod|event)$"; position p;
@@
(
  READ_ONCE(E->f)
|
  WRITE_ONCE(E->f, ...)
|
  E->f = ...
|
  E->f@p
)

@script:python@ p << plain.p; f << plain.f; @@
print("%s:%s: shared_read: %s(): %s is read without READ_ONCE" % (p[0].file, p[0].line, p[0].current_element, f))

// "look again" after arming only compares
@compared@
expression E, x; identifier f =~ "^(req|rsp)_prod$"; position q;
@@
READ_ONCE@q(E->f) != x

@twice exists@
expression E; identifier f =~ "^(req|rsp)_prod$"; identifier g; position p != compared.q; type T;
@@
T g(...) {
... READ_ONCE(E->f)
... when any
READ_ONCE@p(E->f)
... when any
}

@script:python@ p << twice.p; f << twice.f; g << twice.g; @@
print("%s:%s: shared_read: %s(): %s reads %s twice" % (p[0].file, p[0].line, p[0].current_element, g, f))

@inplace exists@
expression R, i; identifier f; position p;
identifier get =~ "^RING_GET_(REQUEST|RESPONSE)$";
@@
get(R, i)->f@p

@script:python@ p << inplace.p; f << inplace.f; @@
print("%s:%s: shared_read: %s(): %s of a slot that the other domain can write; copy it first" % (p[0].file, p[0].line, p[0].current_element, f))

@held exists@
expression R, i, e; identifier s, f; position p; type T;
identifier get =~ "^RING_GET_(REQUEST|RESPONSE)$";
@@
(
 s = get(R, i);
|
 T s = get(R, i);
)
... when != s = e
e = <+... s->f@p ...+>

@script:python@ p << held.p; f << held.f; @@
print("%s:%s: shared_read: %s(): %s of a slot that the other domain can write; copy it first" % (p[0].file, p[0].line, p[0].current_element, f))
