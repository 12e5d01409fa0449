// Who has made a thing and then fails undoes it: after a call that made it has gone well,
// no error is returned without the call that undoes it, or a goto to where that is done.
// Locks are such things, too.
virtual report

@pci_enable_device_mem_made exists@
expression x, e; position p; statement S;
@@
(
 x = pci_enable_device_mem(...);
 if (\( x \| x < 0 \)) S
|
 if (pci_enable_device_mem(...)) S
)
 ... when != pci_disable_device(...)
 if (...) { ... when != pci_disable_device(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << pci_enable_device_mem_made.p; @@
print("%s:%s: undo: %s(): pci_disable_device is missing here" % (p[0].file, p[0].line, p[0].current_element))

@pci_request_mem_regions_made exists@
expression x, e; position p; statement S;
@@
(
 x = pci_request_mem_regions(...);
 if (\( x \| x < 0 \)) S
|
 if (pci_request_mem_regions(...)) S
)
 ... when != pci_release_mem_regions(...)
 if (...) { ... when != pci_release_mem_regions(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << pci_request_mem_regions_made.p; @@
print("%s:%s: undo: %s(): pci_release_mem_regions is missing here" % (p[0].file, p[0].line, p[0].current_element))

@request_irq_made exists@
expression x, e; position p; statement S;
@@
(
 x = request_irq(...);
 if (\( x \| x < 0 \)) S
|
 if (request_irq(...)) S
)
 ... when != free_irq(...)
 if (...) { ... when != free_irq(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << request_irq_made.p; @@
print("%s:%s: undo: %s(): free_irq is missing here" % (p[0].file, p[0].line, p[0].current_element))

@register_netdev_made exists@
expression x, e; position p; statement S;
@@
(
 x = register_netdev(...);
 if (\( x \| x < 0 \)) S
|
 if (register_netdev(...)) S
)
 ... when != unregister_netdev(...)
 if (...) { ... when != unregister_netdev(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << register_netdev_made.p; @@
print("%s:%s: undo: %s(): unregister_netdev is missing here" % (p[0].file, p[0].line, p[0].current_element))

@misc_register_made exists@
expression x, e; position p; statement S;
@@
(
 x = misc_register(...);
 if (\( x \| x < 0 \)) S
|
 if (misc_register(...)) S
)
 ... when != misc_deregister(...)
 if (...) { ... when != misc_deregister(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << misc_register_made.p; @@
print("%s:%s: undo: %s(): misc_deregister is missing here" % (p[0].file, p[0].line, p[0].current_element))

@gnttab_alloc_pages_made exists@
expression x, e; position p; statement S;
@@
(
 x = gnttab_alloc_pages(...);
 if (\( x \| x < 0 \)) S
|
 if (gnttab_alloc_pages(...)) S
)
 ... when != gnttab_free_pages(...)
 if (...) { ... when != gnttab_free_pages(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << gnttab_alloc_pages_made.p; @@
print("%s:%s: undo: %s(): gnttab_free_pages is missing here" % (p[0].file, p[0].line, p[0].current_element))

@vmap_made exists@
expression x, e; position p; statement S;
@@

 x = vmap(...);
 if (!x) S
 ... when != vunmap(...)
 if (...) { ... when != vunmap(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << vmap_made.p; @@
print("%s:%s: undo: %s(): vunmap is missing here" % (p[0].file, p[0].line, p[0].current_element))

@gnttab_alloc_grant_references_made exists@
expression x, e; position p; statement S;
@@
(
 x = gnttab_alloc_grant_references(...);
 if (\( x \| x < 0 \)) S
|
 if (gnttab_alloc_grant_references(...)) S
)
 ... when != gnttab_free_grant_references(...)
 if (...) { ... when != gnttab_free_grant_references(...)
\( return@p -e; \| return@p x; \| return@p ERR_PTR(...); \) }

@script:python@ p << gnttab_alloc_grant_references_made.p; @@
print("%s:%s: undo: %s(): gnttab_free_grant_references is missing here" % (p[0].file, p[0].line, p[0].current_element))

@mutex_lock_held exists@
expression l; position p;
@@
 mutex_lock(l);
 ... when != mutex_unlock(l)
\( return@p ...; \| return@p; \)

@script:python@ p << mutex_lock_held.p; @@
print("%s:%s: undo: %s(): mutex_unlock is missing here" % (p[0].file, p[0].line, p[0].current_element))

@spin_lock_held exists@
expression l; position p;
@@
 spin_lock(l);
 ... when != spin_unlock(l)
\( return@p ...; \| return@p; \)

@script:python@ p << spin_lock_held.p; @@
print("%s:%s: undo: %s(): spin_unlock is missing here" % (p[0].file, p[0].line, p[0].current_element))

@spin_lock_bh_held exists@
expression l; position p;
@@
 spin_lock_bh(l);
 ... when != spin_unlock_bh(l)
\( return@p ...; \| return@p; \)

@script:python@ p << spin_lock_bh_held.p; @@
print("%s:%s: undo: %s(): spin_unlock_bh is missing here" % (p[0].file, p[0].line, p[0].current_element))

@rcu_read_lock_held exists@
position p;
@@
 rcu_read_lock();
 ... when != rcu_read_unlock()
\( return@p ...; \| return@p; \)

@script:python@ p << rcu_read_lock_held.p; @@
print("%s:%s: undo: %s(): rcu_read_unlock is missing here" % (p[0].file, p[0].line, p[0].current_element))

@rtnl_lock_held exists@
position p;
@@
 rtnl_lock();
 ... when != rtnl_unlock()
\( return@p ...; \| return@p; \)

@script:python@ p << rtnl_lock_held.p; @@
print("%s:%s: undo: %s(): rtnl_unlock is missing here" % (p[0].file, p[0].line, p[0].current_element))

