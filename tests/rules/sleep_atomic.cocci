// Nothing that sleeps while a spin lock is held or the RCU read lock is, with bottom halves
// off, in a NAPI poll or in an interrupt.  SLEEPERS stands for the functions of this folder
// that sleep: ./run finds them by the second part, again and again until there are no more.
virtual report
virtual sleepers

@held exists@
identifier lock =~ "^(spin_lock|spin_lock_bh|spin_lock_irq|spin_lock_irqsave|rcu_read_lock|local_bh_disable|raw_spin_lock)$";
identifier unlock =~ "^(spin_unlock|spin_unlock_bh|spin_unlock_irq|spin_unlock_irqrestore|rcu_read_unlock|local_bh_enable|raw_spin_unlock)$";
identifier f =~ "^(SLEEPERS)$"; position p;
@@
 lock(...);
 ... when != unlock(...)
 f@p(...)

@script:python depends on report@ p << held.p; f << held.f; @@
print("%s:%s: sleep_atomic: %s(): %s sleeps, and a lock is held" % (p[0].file, p[0].line, p[0].current_element, f))

@alloc exists@
identifier lock =~ "^(spin_lock|spin_lock_bh|spin_lock_irq|spin_lock_irqsave|rcu_read_lock|local_bh_disable|raw_spin_lock)$";
identifier unlock =~ "^(spin_unlock|spin_unlock_bh|spin_unlock_irq|spin_unlock_irqrestore|rcu_read_unlock|local_bh_enable|raw_spin_unlock)$";
position p;
@@
 lock(...);
 ... when != unlock(...)
 GFP_KERNEL@p

@script:python depends on report@ p << alloc.p; @@
print("%s:%s: sleep_atomic: %s(): GFP_KERNEL, and a lock is held" % (p[0].file, p[0].line, p[0].current_element))

@napi@
identifier poll; expression D, N;
@@
 netif_napi_add(D, N, poll);

@in_poll exists@
identifier napi.poll; identifier f =~ "^(SLEEPERS)$"; position p;
@@
 int poll(...) { ... f@p(...) ... }

@script:python depends on report@ p << in_poll.p; f << in_poll.f; @@
print("%s:%s: sleep_atomic: %s(): %s sleeps, in a NAPI poll" % (p[0].file, p[0].line, p[0].current_element, f))

@in_irq exists@
typedef irqreturn_t;
identifier h; identifier f =~ "^(SLEEPERS)$"; position p;
@@
 irqreturn_t h(...) { ... f@p(...) ... }

@script:python depends on report@ p << in_irq.p; f << in_irq.f; @@
print("%s:%s: sleep_atomic: %s(): %s sleeps, in an interrupt" % (p[0].file, p[0].line, p[0].current_element, f))

@sleeps exists@
identifier g; identifier f =~ "^(SLEEPERS)$"; type T;
@@
 T g(...) { ... f(...) ... }

@script:python depends on sleepers@ g << sleeps.g; @@
print("sleeper %s" % g)
