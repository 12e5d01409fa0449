// An index that another domain wrote bounds no loop and selects no element before it was
// checked: a producer index by xmd_ring_ready() or a comparison, a number from a slot by a
// comparison, a mask or a remainder.
virtual report

@index exists@
expression E, A, B; identifier f =~ "_prod$|_cons$|_event$"; identifier x; position p; type T;
@@
(
 x = READ_ONCE(E->f);
|
 T x = READ_ONCE(E->f);
)
... when != \( x >= B \| x > B \| x < B \| x <= B \| x % B \| x & B \| x - B \| xmd_ring_ready(x, ...) \)
    when != x = B
A[x@p]

@script:python@ p << index.p; x << index.x; @@
print("%s:%s: foreign_index: %s(): %s selects an element unchecked" % (p[0].file, p[0].line, p[0].current_element, x))

@slot exists@
expression A, B; identifier s; identifier f =~ "^(id|gref|size|offset|type)$"; position p;
expression R, i; identifier copy =~ "^RING_COPY_(REQUEST|RESPONSE)$";
@@
copy(R, i, &s)
... when != \( s.f >= B \| s.f > B \| s.f < B \| s.f <= B \)
A[s.f@p]

@script:python@ p << slot.p; f << slot.f; @@
print("%s:%s: foreign_index: %s(): %s of a slot selects an element unchecked" % (p[0].file, p[0].line, p[0].current_element, f))

@loop exists@
expression E, B, i; identifier f =~ "_prod$"; identifier x; position p; type T;
statement S;
@@
(
 x = READ_ONCE(E->f);
|
 T x = READ_ONCE(E->f);
)
... when != \( x >= B \| x > B \| x < B \| x <= B \| x - B \| xmd_ring_ready(x, ...) \)
    when != x = B
(
 while (i != x@p) S
|
 for (...; i != x@p; ...) S
)

@script:python@ p << loop.p; x << loop.x; @@
print("%s:%s: foreign_index: %s(): a loop runs to %s, which nobody checked" % (p[0].file, p[0].line, p[0].current_element, x))
